--- What a body that holds files looks like to a person: a short description
-- in the place of each file's bytes, and the words for a curl command. The
-- files are not read.

local upload = {}

local function described(file)
  return ("(file %s, %d bytes)"):format(file.path:match "[^/]*$", file.bytes)
end

--- The body with a description in the place of each file.
---@param body string all but the files
---@param files table[] `at`, `bytes`, `path`, in order
---@return string
function upload.describe(body, files)
  local parts, from = {}, 1
  for _, file in ipairs(files) do
    parts[#parts + 1] = body:sub(from, file.at)
    parts[#parts + 1] = described(file)
    from = file.at + 1
  end
  parts[#parts + 1] = body:sub(from)
  return table.concat(parts)
end

-- What curl encodes in a name, as we do; other codes it leaves as they are.
local encoded = { ["%22"] = '"', ["%0D"] = "\r", ["%0A"] = "\n" }

local function plain(name)
  return (name:gsub("%%%x%x", encoded))
end

--- The file's path, where curl takes "-" for its standard input.
---@param file table
---@return string
function upload.curl_path(file)
  return file.path == "-" and "./-" or file.path
end

--- In double quotes, as curl reads them in -F.
local function quoted(text)
  return '"' .. text:gsub('[\\"]', "\\%0") .. '"'
end

local function file_word(name, head, file)
  local filename, media = head:match '; filename="([^"]*)"', head:match "\r\nContent%-Type: ([^\r\n]*)"
  return ("%s=@%s;type=%s;filename=%s"):format(name, quoted(upload.curl_path(file)), media, quoted(plain(filename)))
end

--- The words of a curl command for the fields of a multipart body. The
-- boundary is random, so that no content can be taken for it.
---@param body string all but the files
---@param files table[]
---@param boundary string
---@return string[] words `-F` and `--form-string`, each before its value
function upload.curl_fields(body, files, boundary)
  local words, nth = {}, 0
  local delimiter = "\r\n--" .. boundary
  local from = #delimiter + 1 -- past the first one, which lacks a line end before, and its own
  while true do
    local start, stop = body:find(delimiter, from, true)
    if not start then return words end
    local head, content = body:sub(from, start - 1):match "^(.-)\r\n\r\n(.*)$"
    local name = plain(head:match 'form%-data; name="([^"]*)"')
    if head:find('"; filename="', 1, true) then
      nth = nth + 1
      words[#words + 1], words[#words + 2] = "-F", file_word(name, head, files[nth])
    else
      words[#words + 1], words[#words + 2] = "--form-string", name .. "=" .. content
    end
    from = stop + 3
  end
end

return upload
