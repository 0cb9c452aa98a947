--- JavaScript cut into tokens, to be read and never run. It knows comments,
-- strings, templates and regular expressions apart, and nothing else of the
-- language; any text gives tokens, in a time that grows with its length.
--
-- A token is { kind = "name", text = }, { kind = "mark", text = one character },
-- { kind = "string", text = its value }, or, for a string with `${}` in it,
-- { kind = "template", pieces = {texts and, between them, lists of tokens} }.

local javascript = {}

local most_nested = 8 -- templates in templates
local longest_string = 8192 -- a longer one is no URL and no name
local longest_regex = 512

-- After these a slash begins a regular expression; after a name, a string, a
-- ")" or "]" it divides.
local before_regex = "[%(,=:%[!&|?{};+%-*%%~^<>]"
local keywords = {
  ["return"] = true, ["typeof"] = true, ["case"] = true, ["in"] = true, ["of"] = true, ["delete"] = true,
  ["void"] = true, ["throw"] = true, ["new"] = true, ["else"] = true, ["do"] = true, ["await"] = true,
}

local escapes = { n = "\n", r = "\r", t = "\t", b = "\b", f = "\f", v = "\11", ["0"] = "\0" }

local function escaped(source, at)
  local hex = source:match("^x(%x%x)", at) or source:match("^u00(%x%x)", at)
  local code = hex and tonumber(hex, 16)
  if code and code < 128 then return string.char(code), at + (source:sub(at, at) == "x" and 3 or 5) end
  local letter = source:sub(at, at)
  if letter == "\n" then return "", at + 1 end -- the line goes on
  return escapes[letter] or letter, at + 1
end

--- A string, from its opening quote on. It ends with its line at the latest.
local function read_string(source, at)
  local stop = source:sub(at, at) == '"' and '["\\\n]' or "['\\\n]"
  local parts, from = {}, at + 1
  while true do
    local found = source:find(stop, from)
    parts[#parts + 1] = source:sub(from, (found or #source + 1) - 1)
    if not found then return table.concat(parts), #source + 1 end
    if source:byte(found) ~= 92 then return table.concat(parts), found + 1 end
    parts[#parts + 1], from = escaped(source, found + 1)
  end
end

--- The place after a regular expression, or nil: the slash divides.
local function skip_regex(source, at)
  local line = source:sub(at, at + longest_regex):match "^[^\n]*"
  local from, stop = 2, "[\\/%[]"
  while true do
    local found = line:find(stop, from)
    local byte = found and line:byte(found)
    if not byte then return nil end
    if byte == 47 then return at + found end
    if byte == 91 then stop = "[\\%]]" elseif byte == 93 then stop = "[\\/%[]" end
    from = found + (byte == 92 and 2 or 1)
  end
end

local read_tokens

--- A template, from its opening back-tick on.
local function read_template(source, at, nested)
  local pieces, text, from = {}, {}, at + 1
  while true do
    local found = source:find("[`\\$]", from)
    text[#text + 1] = source:sub(from, (found or #source + 1) - 1)
    local byte = found and source:byte(found)
    if not byte or byte == 96 then
      pieces[#pieces + 1] = table.concat(text)
      return pieces, (found or #source) + 1
    elseif byte == 92 then
      text[#text + 1], from = escaped(source, found + 1)
    elseif source:byte(found + 1) == 123 then
      pieces[#pieces + 1] = table.concat(text)
      pieces[#pieces + 1], from = read_tokens(source, found + 2, nested + 1)
      text = {}
    else
      text[#text + 1] = "$"
      from = found + 1
    end
  end
end

local function may_begin_regex(last)
  if not last then return true end
  if last.kind == "mark" then return last.text:find(before_regex) ~= nil end
  return last.kind == "name" and keywords[last.text] == true
end

local function string_token(value)
  return { kind = "string", text = #value <= longest_string and value or "" }
end

--- One token at `at`, where no blank and no comment stands.
local function read_one(source, at, last, nested)
  local char = source:sub(at, at)
  if char == '"' or char == "'" then
    local value, next_at = read_string(source, at)
    return string_token(value), next_at
  elseif char == "`" then
    local pieces, next_at = read_template(source, at, nested)
    if #pieces == 1 then return string_token(pieces[1]), next_at end
    return { kind = "template", pieces = pieces }, next_at
  end
  local _, stop = source:find("^[%w_$\128-\255]+", at)
  if stop then return { kind = "name", text = stop - at < 256 and source:sub(at, stop) or "_" }, stop + 1 end
  if char == "/" and may_begin_regex(last) then
    local next_at = skip_regex(source, at)
    if next_at then return { kind = "string", text = "" }, next_at end
  end
  return { kind = "mark", text = char }, at + 1
end

--- Tokens from `at` on; inside a template up to the brace that closes.
function read_tokens(source, at, nested)
  local tokens, depth = {}, 0
  if nested > most_nested then return tokens, #source + 1 end
  while true do
    at = source:find("[^%s]", at)
    if not at then return tokens, #source + 1 end
    local two = source:sub(at, at + 1)
    if two == "//" then
      at = source:find("\n", at, true) or #source + 1
    elseif two == "/*" then
      local _, last = source:find("*/", at + 2, true)
      at = (last or #source) + 1
    else
      local token
      token, at = read_one(source, at, tokens[#tokens], nested)
      local mark = token.kind == "mark" and token.text
      if mark == "{" then depth = depth + 1 end
      if mark == "}" then depth = depth - 1 end
      if nested > 0 and depth < 0 then return tokens, at end
      tokens[#tokens + 1] = token
    end
  end
end

--- Cuts a script into tokens.
---@param source string
---@return table[] tokens
function javascript.tokens(source)
  return (read_tokens(source, 1, 0))
end

return javascript
