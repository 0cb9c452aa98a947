--- Texts of a catalog as Markdown: whatever they hold, they stay text.

local markdown = {}

local function one_line(text)
  return (tostring(text):gsub("%c", " "):gsub("%s+", " "):match "^ ?(.-) ?$")
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }

local function escaped(text)
  return (text:gsub("[&<>]", entities):gsub("[\\`*_%[%]|#~]", "\\%0"))
end

--- A short text in one line, nothing of it taken for Markdown or HTML.
---@param text any
---@return string
function markdown.text(text)
  return escaped(one_line(text))
end

--- The same for a cell of a table.
markdown.cell = markdown.text

--- Code within a line. The fence is longer than any run of backquotes in it.
---@param text any
---@param in_table boolean|nil a cell ends at a "|", in code too
---@return string
function markdown.code(text, in_table)
  text = one_line(text)
  local longest = 0
  for run in text:gmatch "`+" do longest = math.max(longest, #run) end
  local fence = ("`"):rep(longest + 1)
  local space = (text == "" or text:find "^`" or text:find "`$") and " " or ""
  if in_table then text = text:gsub("|", "\\|") end
  return fence .. space .. text .. space .. fence
end

--- A longer text: its lines, as a quotation, so that no heading, list or table of
-- it becomes one of ours.
---@param text string
---@return string
function markdown.block(text)
  local lines = {}
  text = tostring(text):gsub("\r\n?", "\n"):gsub("\n+$", "")
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    line = escaped((line:gsub("%c", " "):gsub("^%s+", ""):gsub("%s+$", "")))
    -- Lists, headings and rules of the text would end its paragraph.
    line = line:gsub("^[-+=]", "\\%0"):gsub("^(%d+)([.)])", "%1\\%2")
    lines[#lines + 1] = line == "" and ">" or "> " .. line
  end
  return table.concat(lines, "\n")
end

--- A block of Lua. The fence is longer than any in it.
---@param code string
---@return string
function markdown.fence(code)
  local longest = 2
  for run in code:gmatch "`+" do longest = math.max(longest, #run) end
  local fence = ("`"):rep(longest + 1)
  return ("%slua\n%s\n%s"):format(fence, code, fence)
end

--- A name as the target of a link.
---@param name string
---@return string
function markdown.anchor(name)
  return (name:gsub("[^%w_-]", function(char) return char == "." and "." or ("-%02x"):format(char:byte()) end))
end

return markdown
