-- What a headless Neovim sees of a file: run by test_neovim.py, which gives the file as the first argument and the
-- steps as the rest, and reads facts as JSON from what this prints.

local file = arg[1]
local facts = {}

--- Wait until something is the case; an error where it never is.
local function wait(what, check)
  if not vim.wait(30000, check, 20) then
    error("waited in vain for " .. what)
  end
end

--- The line and character (from 0) of the first place of a text.
local function place(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local at = line:find(text, 1, true)
    if at then
      return number - 1, at - 1
    end
  end
  error("no such text: " .. text)
end

local function ask(method, text, shift)
  local line, character = place(text)
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(),
    position = { line = line, character = character + (shift or 0) },
  }
  local answers = vim.lsp.buf_request_sync(0, method, params, 30000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local steps = {}

--- What the editor calls the file, and how it writes comments in it.
function steps.filetype()
  facts.filetype = vim.bo.filetype
  facts.commentstring = vim.bo.commentstring
end

--- The colours of words, by the parser or by the syntax file.
function steps.colours(words)
  facts.colours = {}
  facts.parser = vim.treesitter.highlighter.active[vim.api.nvim_get_current_buf()] ~= nil
  if facts.parser then
    vim.treesitter.get_parser(0):parse(true)
  end
  for word in words:gmatch("%S+") do
    local line, character = place(word)
    local found = vim.inspect_pos(0, line, character)
    local names = {}
    for _, one in ipairs(found.treesitter) do
      names[#names + 1] = one.capture
    end
    for _, one in ipairs(found.syntax) do
      names[#names + 1] = one.hl_group
    end
    facts.colours[word] = names
  end
end

--- The text after every line was indented anew.
function steps.indented()
  vim.cmd("silent normal! gg=G")
  facts.indented = vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

function steps.attach()
  vim.lsp.enable("nsc")
  vim.api.nvim_exec_autocmds("FileType", { buffer = 0 })
  wait("the server", function()
    local client = vim.lsp.get_clients({ bufnr = 0 })[1]
    return client and client.initialized
  end)
end

function steps.diagnostics()
  wait("diagnostics", function()
    return #vim.diagnostic.get(0) > 0
  end)
  facts.diagnostics = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    table.insert(facts.diagnostics, { one.lnum, one.col, one.code, one.message })
  end
end

function steps.hover(text)
  facts.hover = ask("textDocument/hover", text)
end

function steps.completion(text)
  local result = ask("textDocument/completion", text, #text)
  local labels = {}
  for _, item in ipairs(result and (result.items or result) or {}) do
    labels[#labels + 1] = { item.label, item.sortText or item.label }
  end
  table.sort(labels, function(a, b)
    return a[2] < b[2]
  end)
  facts.completion = vim.tbl_map(function(one)
    return one[1]
  end, labels)
end

--- Apply the first fix at the first diagnostic, and wait until that is gone.
function steps.fix()
  local first = vim.diagnostic.get(0)[1]
  vim.api.nvim_win_set_cursor(0, { first.lnum + 1, first.col })
  local before = vim.api.nvim_buf_get_changedtick(0)
  local taken
  vim.lsp.buf.code_action({
    context = { only = { "quickfix" }, diagnostics = vim.lsp.diagnostic.from({ first }) },
    filter = function(action)
      taken = taken or action.title
      return action.title == taken
    end,
    apply = true,
  })
  wait("the fix", function()
    return vim.api.nvim_buf_get_changedtick(0) ~= before
  end)
  wait("no diagnostics", function()
    return #vim.diagnostic.get(0) == 0
  end)
  facts.fixed = vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

--- Follow the lens with a title, as a person would, and tell of the windows that are then open.
function steps.lens(title)
  vim.lsp.codelens.refresh({ bufnr = 0 })
  local client = vim.lsp.get_clients({ bufnr = 0 })[1]
  local found
  wait("the lens " .. title, function()
    for _, one in ipairs(vim.lsp.codelens.get(0)) do
      found = found or (one.command and one.command.title == title and one) or nil
    end
    return found
  end)
  client:exec_cmd(found.command, { bufnr = vim.api.nvim_get_current_buf() })
  facts.listed = vim.tbl_map(function(one)
    return { one.lnum, one.col }
  end, vim.fn.getqflist())
  facts.terminals = {}
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.bo[buffer].buftype == "terminal" then
      local job = vim.bo[buffer].channel
      vim.fn.jobwait({ job }, 30000)
      wait("the terminal", function()
        return vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1] ~= ""
      end)
      table.insert(facts.terminals, vim.trim(table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")))
    end
  end
end

vim.cmd("filetype plugin indent on")
vim.cmd("syntax on")
vim.cmd.edit(vim.fn.fnameescape(file))
for index = 2, #arg do
  local step, argument = arg[index]:match("^(%w+)=?(.*)$")
  steps[step](argument)
end
io.stdout:write(vim.json.encode(facts))
for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
wait("the server's end", function()
  return #vim.lsp.get_clients() == 0
end)
vim.cmd("qall!")
