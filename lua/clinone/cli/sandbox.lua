--- `clinone sandbox`: a local ClinOne to write and test integrations against.

local command = {
  name = "sandbox",
  summary = "Run a local ClinOne (HTTPS, tokens, records, faults) on nginx with Lua.",
}

local EPILOG = [[
Standard output gets one line, once the sandbox answers:
   export CLINONE_ENVIRONMENT=/path/environment.json
Ctrl-C, SIGTERM or the end of --lifetime stop it; it leaves nothing behind.

Control routes (HTTPS, no token):
   POST /sandbox/faults         one fault or a list of them
   GET, DELETE /sandbox/faults  those set; none any more
   GET, DELETE /sandbox/log     the requests so far, routes as templates
   POST /sandbox/reset          records as in the fixtures, no faults

What it plays: every operation of the catalog, at its path under the sandbox's
own address.
   Records live where the catalog has a create and a get or a list: GET, POST,
   PUT, PATCH (its fields take the place of the record's), DELETE, and pages as
   the catalog says.
   Any other operation answers with a saved example of the catalog, chosen as
   Postman's mock does: by path, then query, then 2xx first. None: 501.
   x-mock-response-name, x-mock-response-code: ask for an example by its name or
   status, also where records live.
   Operations of another server of the catalog are played too, without asking
   for a token. The environment file sets the variables that such servers begin
   with; one that is written out is not reached: clients call it where it is.
   Paths under /sandbox/ and the tenant's own are the sandbox's, whatever the
   catalog says.
   The default fixtures' clients: coordinator (all studies), reader (reads only)
   and outsider (another study) hold scopes of every group of the catalog.

A fault:
   {"operation": "patients.create", "kind": "rate_limited", "retry_after": 2}
   operation    as the catalog names it, "token", or "*" for all but the token
   count 1, after 0, probability 1   how often, after how many, how likely
   kinds that leave the records alone:
      cut, unauthorized, html, redirect {location},
      status {status, retry_after, html},
      rate_limited {retry_after, date: true for an HTTP date}
   kinds that apply the request:
      lost_answer, late_write {seconds}, latency {seconds}, empty,
      truncated_json, short_body, invalid_utf8
   kinds of "token" only:
      expired_token, string_numbers, expires_on_only, opaque, clock {skew},
      scopes {scp}, throttled, html_error {status}

Examples:
   clinone sandbox                              in one terminal; paste its line
                                                in another
   eval "$(clinone sandbox --lifetime 3600 &)"  or both in one, for an hour
   clinone sandbox --print-fixtures > mine.json
   clinone sandbox --fixtures mine.json --log]]

local function port(text)
  local number = tonumber(text:match("^%d+$"))
  if number and number <= 65535 then return number end
  return nil, "a port is a whole number from 0 to 65535"
end

local function seconds(text)
  local number = tonumber(text)
  if number and number > 0 and number < math.huge then return number end
  return nil, "a lifetime is a number of seconds above 0"
end

--- Declares the options.
---@param parser table of argparse
function command.configure(parser)
  parser:epilog(EPILOG)
  local function option(name, argname, description, default)
    return parser:option(name, description, default):argname(argname)
  end
  option("--port", "N", "Port on 127.0.0.1 and ::1; 0 is any free one.", "0"):convert(port)
  option("--fixtures", "FILE", "What the sandbox knows: clients, studies, sites, records (JSON).")
  option("--catalog", "FILE",
    'The catalog whose routes it plays, or "builtin". Default: CLINONE_CATALOG, else the one that '
    .. "`clinone catalog pull` installed, else the built-in one.")
  option("--lifetime", "SECONDS", "Stop by itself after so many seconds."):convert(seconds)
  option("--nginx", "FILE",
    "The nginx or OpenResty to use. Default: the first one found that has Lua.")
  parser:flag("--log",
    "One line per request on standard error: routes as templates, never values.")
  parser:flag("--print-fixtures", "Print the catalog's default fixtures, as a file to edit, and exit.")
end

--- Runs it. Returns only where it could not start.
---@param args table
---@return integer exit_code
function command.run(args)
  local sandbox = require "clinone.sandbox"
  local from_variable = os.getenv("CLINONE_CATALOG")
  local catalog = args.catalog or (from_variable ~= "" and from_variable or nil)
  local text, message
  if args.print_fixtures then
    text, message = sandbox.default_fixtures(catalog)
  else
    message = sandbox.run {
      port = args.port, fixtures = args.fixtures, lifetime = args.lifetime,
      nginx = args.nginx, log = args.log, catalog = catalog,
    }
  end
  if text then
    io.stdout:write(text)
    return 0
  end
  io.stderr:write("clinone sandbox: ", message, "\n")
  return 1
end

return command
