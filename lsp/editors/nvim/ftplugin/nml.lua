if vim.b.did_ftplugin then
  return
end
vim.b.did_ftplugin = 1

vim.bo.commentstring = "// %s"
vim.bo.comments = "s1:/*,mb:*,ex:*/,:///,://"
vim.bo.expandtab = true
vim.bo.shiftwidth = 2
vim.bo.softtabstop = 2
vim.opt_local.iskeyword:append("'")
vim.opt_local.formatoptions:append("croql")
vim.opt_local.formatoptions:remove("t")
vim.b.undo_ftplugin = "setlocal commentstring< comments< expandtab< shiftwidth< softtabstop< iskeyword< formatoptions<"

-- Colours by the parser where it is installed; else those of syntax/nml.vim.
if vim.treesitter.language.add("nml") then
  vim.treesitter.start(0, "nml")
end
