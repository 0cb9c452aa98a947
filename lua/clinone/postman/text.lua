--- Descriptions as plain text: the documenter writes HTML, exports write
-- Markdown, with HTML in it here and there.

local textfile = require "clinone.textfile"

local text = {}

local most_read = 65536
local most_kept = 2000

-- Only these are taken for tags: `<id>` in Markdown is a placeholder.
local tags = {}
for name in ([[
  a abbr article aside b blockquote body br caption center code col colgroup dd del details div dl dt em figure
  figcaption font footer h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label li link main mark
  meta nav ol p pre q s samp script section small span strike strong style sub summary sup table tbody td tfoot th
  thead title tr tt u ul var video wbr
]]):gmatch "%S+" do tags[name] = "inline" end
for name in ([[
  blockquote body caption dd details div dl dt figure h1 h2 h3 h4 h5 h6 head hr html ol p section summary table
  tr ul article aside footer header main nav
]]):gmatch "%S+" do tags[name] = "block" end
tags.br, tags.li, tags.td, tags.th, tags.pre = "line", "item", "cell", "cell", "pre"
tags.script, tags.style = "dropped", "dropped"

local entities = {
  amp = "&", lt = "<", gt = ">", quot = '"', apos = "'", nbsp = " ", copy = "\194\169", reg = "\194\174",
  deg = "\194\176", micro = "\194\181", middot = "\194\183", laquo = "\194\171", raquo = "\194\187",
  times = "\195\151", ndash = "\226\128\147", mdash = "\226\128\148", lsquo = "\226\128\152", rsquo = "\226\128\153",
  ldquo = "\226\128\156", rdquo = "\226\128\157", bull = "\226\128\162", hellip = "\226\128\166",
  trade = "\226\132\162", rarr = "\226\134\146", larr = "\226\134\144", ge = "\226\137\165", le = "\226\137\164",
  ne = "\226\137\160", euro = "\226\130\172", pound = "\194\163", sect = "\194\167", plusmn = "\194\177",
}

--- A code point as UTF-8; what is none becomes U+FFFD.
---@param code integer
---@return string
function text.char(code)
  if code >= 0xD800 and code < 0xE000 or code > 0x10FFFF then code = 0xFFFD end
  return textfile.char(code)
end

--- Without blanks around it. (The usual pattern takes a time that grows with
-- the square of the length.)
---@param value string
---@return string
function text.trim(value)
  local first, last = value:find "%S", #value
  while last > 0 and value:find("^%s", last) do last = last - 1 end
  return first and value:sub(first, last) or ""
end

--- At most `most` bytes, cut between two characters.
---@param value string
---@param most integer
---@return string
function text.cut(value, most)
  if #value <= most then return value end
  local last = most
  while last > 0 and last > most - 4 and value:byte(last + 1) >= 0x80 and value:byte(last + 1) < 0xC0 do
    last = last - 1
  end
  return value:sub(1, last)
end

local function entity(name)
  local hex = name:match "^#[xX](%x+)$"
  local decimal = name:match "^#(%d+)$"
  if hex or decimal then
    local code = #(hex or decimal) <= 7 and tonumber(hex or decimal, hex and 16 or 10)
    return code and code > 0 and text.char(code) or ""
  end
  return entities[name]
end

local function unescape(value)
  return (value:gsub("&(#?%w+);", entity))
end

--- Blanks and line ends of HTML source mean one blank.
local function squeeze(value)
  return (value:gsub("%s+", " "))
end

local breaks = { block = "\n\n", line = "\n", cell = " " }

--- HTML, or Markdown with tags in it, without the tags. `is_html`: line ends
-- of the source mean nothing.
local function strip(source, is_html)
  local out, at, pre = {}, 1, 0
  while true do
    local open = source:find("<", at, true)
    local piece = source:sub(at, open and open - 1)
    out[#out + 1] = is_html and pre == 0 and squeeze(piece) or piece
    if not open then return table.concat(out) end
    local slash, name = source:match("^(/?)(%a%w?%w?%w?%w?%w?%w?%w?%w?%w?%w?)[%s/>]", open + 1)
    local kind = name and tags[name:lower()]
    local close = kind and source:find(">", open, true)
    if source:sub(open, open + 3) == "<!--" then
      local _, stop = source:find("-->", open + 4, true)
      at = (stop or #source) + 1
    elseif close then
      at = close + 1
      if kind == "dropped" and slash == "" then
        at = source:find("</", at, true) or #source + 1
      elseif kind == "item" then
        out[#out + 1] = slash == "" and "\n- " or "\n"
      elseif kind == "pre" then
        pre = math.max(0, pre + (slash == "" and 1 or -1))
        out[#out + 1] = "\n\n"
      else
        out[#out + 1] = breaks[kind] or ""
      end
    else
      out[#out + 1] = "<"
      at = open + 1
    end
  end
end

local function without_links(value)
  value = value:gsub("!%[[^%[%]\n]*%]%([^()\n]*%)", "")
  return (value:gsub("%[([^%[%]\n]*)%]%([^()\n]*%)", "%1"))
end

--- Without control characters (also C1, and those that turn the writing
-- direction, which could disguise what stands there), and without needless
-- blanks.
local function tidy(value, is_html)
  value = value:gsub("\r\n?", "\n"):gsub("\t", " "):gsub("\194\160", " ")
  value = value:gsub("[%z\1-\9\11-\31\127]", ""):gsub("\194[\128-\159]", "")
  value = value:gsub("\226\128[\168-\174]", ""):gsub("\226\129[\166-\169]", "")
  if is_html then value = value:gsub("\n ", "\n"):gsub("\n%- %s*", "\n- ") end
  local lines, blank = {}, false
  for line in (value .. "\n"):gmatch "([^\n]*)\n" do
    local last = #line
    while last > 0 and line:byte(last) == 32 do last = last - 1 end
    if last > 0 then
      line = line:sub(1, last)
      local in_list = is_html and line:find "^%- " and #lines > 0 and lines[#lines]:find "^%- "
      if blank and #lines > 0 and not in_list then lines[#lines + 1] = "" end
      lines[#lines + 1] = line
    end
    blank = last == 0
  end
  return table.concat(lines, "\n")
end

--- A description of any form as plain text of at most 2,000 bytes.
---@param description any a string, `{content, type}`, null
---@return string|nil plain nil where there is nothing to read
function text.plain(description)
  local kind
  if type(description) == "table" then description, kind = description.content, description.type end
  if type(description) ~= "string" then return nil end
  local source = text.cut(description, most_read)
  -- The documenter calls its HTML text/plain.
  local is_html = kind == "text/html" or source:find "^%s*<%a" ~= nil and source:find("</", 1, true) ~= nil
  local plain = strip(source, is_html)
  if not is_html then plain = without_links(plain) end
  plain = tidy(unescape(plain), is_html)
  plain = text.cut(plain, most_kept)
  if not plain:find "%S" then return nil end
  return plain:match "^%s*(.*)$"
end

--- Its first line, without the marks of a Markdown heading.
---@param plain string|nil
---@return string|nil
function text.first_line(plain)
  return plain and plain:match "^#*%s*([^\n]*)"
end

return text
