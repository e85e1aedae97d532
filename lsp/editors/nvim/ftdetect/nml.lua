vim.filetype.add({
  extension = { nml = "nml" },
  pattern = {
    -- A script that is started by its first line may have any name.
    [".*"] = {
      function(_, buffer)
        local first = vim.api.nvim_buf_get_lines(buffer, 0, 1, false)[1] or ""
        if first:match("^#!.*%f[%w]nsc%f[%W]") then
          return "nml"
        end
      end,
      { priority = -1 },
    },
  },
})
