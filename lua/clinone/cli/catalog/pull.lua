--- `clinone catalog pull`: downloads the published collection and makes it the
--- user's catalog; its environment comes along.

local common = require "clinone.cli.catalog.common"
local document_kind = require "clinone.postman.document".kind
local download = require "clinone.postman.download"
local errors = require "clinone.error"
local install = require "clinone.catalog.install"
local native = require "clinone.native"
local published = require "clinone.postman.published"
local report = require "clinone.cli.catalog.report"
local textfile = require "clinone.textfile"
local user = require "clinone.catalog.user"

local command = { name = "pull", summary = "Download the vendor's collection and make it the catalog." }

local EPILOG = [[
SOURCE is the URL of a published collection
(https://HOST/api/collections/OWNER/ID), of its page's metadata
(https://HOST/view/metadata/ID), or a file with that metadata. Without it, the
vendor's page is asked: https://developer.clinone.com.

The environment that the page publishes is written beside the catalog, as
environment.json; one that you have filled in is never overwritten. Exit code 0
when a catalog was written, else 1, and the former one is as it was.]]

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  parser:argument("source", "URL, or file with a page's metadata."):args("?"):argname("SOURCE")
  parser:flag("--json", "Print only the report: {operations, refused, renamed, guessed, scripts, warnings}.")
  parser:option("--ca-file", "CA certificates to trust. Default: CLINONE_CA_FILE, else the system's.")
    :argname("FILE")
end

local function variable(name)
  local value = os.getenv(name)
  return value ~= "" and value or nil
end

local function failed(message, hint)
  return nil, errors.new { kind = "config", message = message, hint = hint }
end

local function decode(text)
  return (native.json.decode(textfile.to_utf8(text), 1000))
end

--- The download URL that metadata tells.
local function url_from(metadata, place, origin)
  local url = published.collection_url(metadata, origin)
  if url then return url, metadata end
  return failed(place .. " is a page's metadata, and does not say whose page", download.by_hand)
end

--- From a file of metadata: the download URL, and the metadata.
local function from_file(path)
  local text, message = textfile.read_raw(path)
  if not text then
    return failed("it cannot be read: " .. message, "SOURCE is an https URL, or the file of a page's metadata.")
  end
  local decoded = decode(text)
  if document_kind(decoded) ~= "metadata" then
    return failed(path .. " is no page's metadata", "A collection in a file is read by: clinone catalog import "
      .. report.quoted(path))
  end
  return url_from(decoded, path)
end

--- The collection's text. Where the URL turns out to be that of metadata, it is
-- followed once.
local function fetch(url, metadata, options)
  local text, err = download.get(url, options)
  if not text then return nil, err end
  local decoded = not metadata and decode(text)
  if document_kind(decoded) ~= "metadata" then return text, url, metadata end
  url, err = url_from(decoded, published.without_keys(url), url:match "^%a+://[^/?#]+")
  if not url then return nil, err end
  text, err = download.get(url, options)
  if not text then return nil, err end
  return text, url, decoded
end

local function warn(account, reason)
  account.warnings[#account.warnings + 1] = { place = "environment", reason = reason }
end

--- The page's metadata where it is not at hand yet; none is only a warning.
local function fetch_metadata(url, account, options)
  local place = published.metadata_url(url)
  if not place then return nil end
  local text, err = download.get(place, options)
  local decoded = text and decode(text)
  if decoded and document_kind(decoded) == "metadata" then return decoded end
  warn(account, "the page's metadata cannot be had, so its environment's values are missing: "
    .. (err and err.message or place .. " is something else"))
  return nil
end

--- Whether a file that is there already says all that the new one says.
local function says_all(path, values)
  local text = textfile.read(path)
  local there = text and decode(text)
  if type(there) ~= "table" or type(there.values) ~= "table" then return false end
  local known = {}
  for _, one in ipairs(there.values) do
    if type(one) == "table" and type(one.key) == "string" then known[one.key] = one.value end
  end
  for _, one in ipairs(values) do
    if one.value ~= "" and known[one.key] ~= one.value then return false end
  end
  return true
end

--- Writes the environment beside the catalog; gives the path to use.
local function bring_environment(metadata, url, document, account)
  local one, count = nil, 0
  if metadata then one, count = published.environment(metadata, url) end
  if count > 1 then
    warn(account, ('the page publishes %d environments; "%s" was taken'):format(count, tostring(one.name)))
  end
  local file = published.environment_file(one, document)
  local path = user.environment()
  local name = "environment.json"
  if user.has(path) then
    if says_all(path, file.values) then return path end
    name = "environment.new.json"
    warn(account, ("%s is kept as it is; what the page says now is in %s beside it"):format(path, name))
  end
  local written, err = install.write_own(name, native.json.encode(file) .. "\n")
  if not written then warn(account, err.message) end
  return user.has(path) and path or nil
end

--- Runs it.
---@param args table
---@return integer exit_code
function command.run(args)
  local options = { ca_file = args.ca_file or variable "CLINONE_CA_FILE", proxy = variable "CLINONE_PROXY" }
  local source = args.source or published.default_url
  local url, metadata = source, nil
  if not source:find "^%a[%w+.-]*://" then url, metadata = from_file(source) end
  if not url then return common.fail("pull", metadata) end
  local text
  text, url, metadata = fetch(url, metadata, options)
  if not text then return common.fail("pull", url) end
  local place = published.without_keys(url)
  local document, account = require "clinone.postman".read_text(text, place)
  if not document then
    account.hint = download.by_hand
    return common.fail("pull", account)
  end
  document.source.url = place
  local installed, err = install.own(document)
  if not installed then return common.fail("pull", err) end
  metadata = metadata or fetch_metadata(url, account, options)
  local path = bring_environment(metadata, url, document, account)
  if args.json then
    report.json(account)
  else
    report.text(account, document, installed)
    if document.source.published then
      io.stdout:write("Published: ", common.printable(document.source.published), "\n")
    end
  end
  local line = path and "export CLINONE_ENVIRONMENT=" .. report.quoted(path)
  if args.json then
    if line then io.stderr:write(line, "\n") end
    return common.OK
  end
  local steps = { "clinone catalog show" }
  if line then
    table.insert(steps, 1, "fill in clientId and clientSecret in " .. report.quoted(path))
    table.insert(steps, 2, line)
  end
  report.next_steps(steps, true)
  return common.OK
end

return command
