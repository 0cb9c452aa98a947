--- What the simple expressions of a script come to: strings, templates,
-- variables taken from Postman, local names of those, and sums of them.
-- Nothing is run. A variable's value shows as `{{name}}`.

local expression = {}

local most_operands = 64
local longest = 8192
local most_nested = 4

-- Stands where a value is not known: between these, what the script calls it.
local unknown_open, unknown_close = "\1", "\2"

local function mark_at(tokens, at, text)
  local token = tokens[at]
  return token ~= nil and token.kind == "mark" and token.text == text
end

local function name_at(tokens, at)
  local token = tokens[at]
  return token and token.kind == "name" and token.text or nil
end

local getters = { get = true, getEnvironmentVariable = true, getGlobalVariable = true }
local holders = { pm = true, postman = true, bru = true }
local scopes = { environment = true, globals = true }
local passed_on = { encodeURIComponent = true, encodeURI = true, String = true, replaceIn = true }

--- `pm.environment.get`: the names of a chain and the place after it.
local function chain(tokens, at)
  local names = { name_at(tokens, at) }
  at = at + 1
  while mark_at(tokens, at, ".") or mark_at(tokens, at, "?") and mark_at(tokens, at + 1, ".") do
    local next_at = mark_at(tokens, at, ".") and at + 1 or at + 2
    if not name_at(tokens, next_at) or #names >= 8 then break end
    names[#names + 1] = tokens[next_at].text
    at = next_at + 1
  end
  return names, at
end

local function unknown(name)
  return unknown_open .. name .. unknown_close
end

--- Behind a value: `.trim()`, `|| "something"`.
local function skip_after(tokens, at)
  while mark_at(tokens, at, ".") and name_at(tokens, at + 1) and mark_at(tokens, at + 2, "(")
    and mark_at(tokens, at + 3, ")") do
    at = at + 4
  end
  return at
end

local evaluate

--- A name, and what hangs on it.
local function from_name(tokens, at, locals, nested)
  local names, next_at = chain(tokens, at)
  local first, last = names[1], names[#names]
  local argument = mark_at(tokens, next_at, "(") and tokens[next_at + 1]
  if argument and argument.kind == "string" and mark_at(tokens, next_at + 2, ")")
    and #names > 1 and holders[first] and getters[last] then
    return "{{" .. argument.text .. "}}", skip_after(tokens, next_at + 3)
  elseif argument and passed_on[last] then
    local text, after = evaluate(tokens, next_at + 1, locals, nested + 1)
    if mark_at(tokens, after, ")") then return text, skip_after(tokens, after + 1) end
  elseif scopes[first] and #names == 1 and mark_at(tokens, next_at, "[") and mark_at(tokens, next_at + 2, "]")
    and tokens[next_at + 1].kind == "string" then
    return "{{" .. tokens[next_at + 1].text .. "}}", next_at + 3
  elseif scopes[first] and #names == 2 and not argument then
    return "{{" .. last .. "}}", next_at
  elseif not argument and #names == 1 and locals[first] then
    return locals[first], next_at
  elseif #names == 2 and locals[first] and argument and mark_at(tokens, next_at + 1, ")") then
    return locals[first], next_at + 2 -- id.trim()
  end
  return unknown(last), next_at
end

local function from_template(pieces, locals, nested)
  local parts, size = {}, 0
  for i, piece in ipairs(pieces) do
    if type(piece) == "table" then
      piece = piece[1] and evaluate(piece, 1, locals, nested + 1) or unknown ""
    end
    size = size + #piece
    if size > longest or i > most_operands then return unknown "" end
    parts[i] = piece
  end
  return table.concat(parts)
end

local function operand(tokens, at, locals, nested)
  local token = tokens[at]
  if not token or nested > most_nested then return unknown "", at + 1 end
  if token.kind == "string" then return token.text, skip_after(tokens, at + 1) end
  if token.kind == "template" then return from_template(token.pieces, locals, nested), skip_after(tokens, at + 1) end
  if token.kind == "name" then return from_name(tokens, at, locals, nested) end
  if mark_at(tokens, at, "(") then
    local text, after = evaluate(tokens, at + 1, locals, nested + 1)
    if mark_at(tokens, after, ")") then return text, after + 1 end
  end
  return unknown "", at + 1
end

--- The text that an expression at `at` comes to, and the place after it.
function evaluate(tokens, at, locals, nested)
  local parts, size, count = {}, 0, 0
  while true do
    local text
    text, at = operand(tokens, at, locals, nested)
    count = count + 1
    size = size + #text
    if size <= longest and count <= most_operands then parts[count] = text end
    if not mark_at(tokens, at, "+") or mark_at(tokens, at + 1, "+") or mark_at(tokens, at + 1, "=") then break end
    at = at + 1
    if count > most_operands then break end
  end
  if #parts < count then return unknown "", at end
  return table.concat(parts), at
end

--- Whether an expression begins at a token: not in the middle of a sum or a
-- chain of names.
---@param tokens table[]
---@param at integer
---@return boolean
function expression.begins(tokens, at)
  local token = tokens[at]
  if token.kind == "mark" then return false end
  return not (mark_at(tokens, at - 1, "+") or mark_at(tokens, at - 1, "."))
end

--- Reads the expression at a token.
---@param tokens table[]
---@param at integer
---@param locals table<string, string> what local names stand for
---@return string text may hold unknown parts, see `readable`
---@return integer next
function expression.read(tokens, at, locals)
  return evaluate(tokens, at, locals, 0)
end

--- The text with its unknown parts shown as templates, for what is read by people.
---@param text string
---@return string
function expression.readable(text)
  return (text:gsub(unknown_open .. "([^\1\2]*)" .. unknown_close, function(name)
    return name ~= "" and "{{" .. name .. "}}" or "{{...}}"
  end))
end

return expression
