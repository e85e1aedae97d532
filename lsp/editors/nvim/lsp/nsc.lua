-- The language server, for Neovim 0.11 or newer: vim.lsp.enable("nsc") starts it.

--- Run a command of the compiler, on a file and a workflow of it, in a terminal below.
local function in_terminal(name, file, workflow)
  local path = file:match("^file:") and vim.uri_to_fname(file) or file
  vim.cmd("botright split")
  vim.cmd.enew()
  vim.fn.jobstart({ "nsc", name, path, workflow }, { term = true })
end

return {
  cmd = { "nsc", "lsp" },
  filetypes = { "nml" },
  root_markers = { "nstack-project.yaml", ".git" },
  settings = { nsc = vim.empty_dict() }, -- `{}` would be sent as a list
  capabilities = { experimental = { commands = { "nsc.rename" } } },
  commands = {
    ["nsc.rename"] = function(command)
      local uri, position = unpack(command.arguments)
      vim.api.nvim_win_set_buf(0, vim.uri_to_bufnr(uri))
      vim.api.nvim_win_set_cursor(0, { position.line + 1, position.character })
      vim.lsp.buf.rename()
    end,
    ["nsc.run"] = function(command)
      in_terminal("run", unpack(command.arguments))
    end,
    ["nsc.graph"] = function(command)
      in_terminal("graph", unpack(command.arguments))
    end,
    ["nsc.showReferences"] = function(command, context)
      local client = assert(vim.lsp.get_client_by_id(context.client_id))
      local items = vim.lsp.util.locations_to_items(command.arguments[3], client.offset_encoding)
      vim.fn.setqflist({}, " ", { title = command.title, items = items })
      vim.cmd("botright copen")
    end,
  },
}
