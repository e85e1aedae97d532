if vim.b.did_indent then
  return
end
vim.b.did_indent = 1

--- How far a line is indented: by the brackets that are open before it, and by how a definition goes on.
local function indent(number)
  local above = vim.fn.prevnonblank(number - 1)
  if above == 0 then
    return 0
  end
  local width = vim.fn.shiftwidth()
  local line, before = vim.fn.getline(number), vim.fn.getline(above):gsub("//.*$", "")
  local found = vim.fn.indent(above)
  if before:match("[%[({=]%s*$") or before:match("%->%s*$") then
    found = found + width
  end
  if above < number - 1 and not before:match("[%[({=,]%s*$") then
    return 0 -- a blank line ends a definition
  end
  if line:match("^%s*[%])}]") then
    found = found - width
  end
  if line:match("^%s*[|&]") and not before:match("^%s*[|&]") and not before:match("=%s*$") then
    found = found + width
  end
  for _, word in ipairs({ "module", "import", "type", "fun", "def" }) do
    if line:match("^%s*" .. word .. "%s+[%a_]") then
      return 0
    end
  end
  return math.max(found, 0)
end

_G.nml_indent = function()
  return indent(vim.v.lnum)
end
vim.bo.indentexpr = "v:lua.nml_indent()"
vim.bo.indentkeys = "0{,0},0),0],0|,0&,!^F,o,O,=def ,=fun ,=type ,=import "
vim.b.undo_indent = "setlocal indentexpr< indentkeys<"
