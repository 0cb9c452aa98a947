---@meta clinone.core
--- The C module, for editors and readers. Internal: scripts use `clinone`.
-- Functions that the world can make fail return `nil, kind, message`.

---@class clinone.core
---@field version string
---@field null lightuserdata JSON null, the same value as lua-cjson's
---@field action { attempt: integer, wait: integer, token: integer, done: integer } answers of `Call:next`
---@field response table metatable of response tables, filled in by response.lua
---@field array_mark table metatable that marks an array
---@field json clinone.core.json
---@field text clinone.core.text
---@field system clinone.core.system
local core = {}

--- One curl_multi. Options as in `struct cln_transport_options`.
---@param options table
---@return clinone.core.Transport|nil, string|nil kind, string|nil message
function core.transport(options) end

--- A token store; it never gives the token back.
---@return clinone.core.Store
function core.store() end

--- What all calls of one client share. `base_url`, `transport`; `store` or `hmac`;
--- `headers` (list of {name, value}), `total_ms`, `connect_ms`, `idle_ms`, `max_attempts`,
--- `base_ms`, `cap_ms`, `budget_capacity`, `budget_refill`, `max_body_bytes`, `max_depth`,
--- `null_sentinel`, `token_renewable`.
---@param spec table
---@return clinone.core.Session|nil, string|nil kind, string|nil message
function core.session(spec) end

--- One operation, compiled. `method`; `pieces` (text, or position of an entry);
--- `entries` ({key, name, places, type, required, identifier}, sorted by name; places is
--- the sum of 1 path, 2 query, 4 header, 8 body); `content` ("json", "form", "multipart",
--- "file", "text"; the last two have no body keys), `content_type`; `safe`, `retry_503`,
--- `strict`, `has_body`, `anonymous`. Raises on a spec that makes no sense.
---@param spec table
---@return clinone.core.Operation
function core.operation(spec) end

---@class clinone.core.Operation

--- A file on disk that stands for its bytes in a body. Only names it: `Session:begin`
--- opens it. Raises on a path or type that can be none.
---@param path string
---@param type string|nil media type
---@param name string|nil what the receiver is told; the path's last part
---@return clinone.core.File
function core.file(path, type, name) end

---@class clinone.core.File

---@class clinone.core.Handle
local Handle = {}

--- Blocks for at most half a second; true once this handle is done.
---@return boolean
function Handle:drive() end

---@class clinone.core.Transport
local Transport = {}

--- Ends what runs and closes the connections; safe to call twice.
function Transport:close() end

---@return integer opened, integer reused, integer active
function Transport:stats() end

--- Value of an Accept-Encoding header that names what answers are decoded from.
---@return string
function Transport:encodings() end

--- A handle that is done when the time has passed.
---@param seconds number
---@return clinone.core.Handle
function Transport:timer(seconds) end

---@class clinone.core.Store
local Store = {}

---@param token string
---@param lifetime_s number|nil nil: no expiry known
---@param jitter number in [0, 1)
---@return true|nil, string|nil kind, string|nil message
function Store:set(token, lifetime_s, jitter) end

--- Forgets the token.
function Store:drop() end

--- A refresh ahead failed; not due again for so long.
---@param delay_s number
function Store:postpone(delay_s) end

---@return "none"|"fresh"|"aging"|"expired" state, integer generation, number|nil seconds_left
function Store:state() end

---@class clinone.core.Session
local Session = {}

--- Builds a call; sends nothing. Refused: nil, reason, key, path, message.
---@param operation clinone.core.Operation
---@param params table|nil `query` and `headers` in it are lists of {name, value}
---@param bound table|nil identifiers of a handle, as strings
---@param limits table|nil total_ms or deadline_ms, connect_ms, idle_ms, max_attempts, base_ms, cap_ms; save_to (a path, for the body of a 2xx)
---@return clinone.core.Call|nil, string id_or_reason, table|string|nil warnings_or_key, string|nil path, string|nil message
function Session:begin(operation, params, bound, limits) end

--- Refuses further calls and wipes its secrets.
function Session:close() end

---@return integer calls, integer attempts, integer retries
function Session:stats() end

---@class clinone.core.Call: clinone.core.Handle
local Call = {}

--- What to do next, a value of `core.action`: attempt, generation, its number · wait, seconds · token, generation, optional · done.
---@return integer action, number|nil detail, any extra
function Call:next() end

--- Starts the attempt; nothing is sent before the next drive.
---@return true|nil, string|nil kind, string|nil message
function Call:start() end

--- A token was had ("ok"), or why not (a kind).
---@param kind string
function Call:token_over(kind) end

--- Ends the call from outside; what was under way is cut.
---@param kind string
function Call:stop(kind) end

---@return string request_id
function Call:id() end

---@return integer attempts, integer|nil http_status, number seconds
function Call:progress() end

---@return number deadline_ms on the clock of `system.clock`, in milliseconds
function Call:deadline() end

--- files: those in the body, each `at` an offset of it (all its bytes but theirs); nil when there are none.
---@return string method, string url, string[] header_lines, string|nil body, { at: integer, bytes: integer, path: string }[]|nil files
function Call:request() end

--- Once done: value, response, duplicate keys · nil, kind, message, response. With save_to the value is true, and the
--- response has `saved_to` and no body.
---@return any value, any response_or_kind, any duplicates_or_message, table|nil response
function Call:result() end

---@return string outcome, boolean retryable, number|nil retry_after_s, boolean token_failed, boolean safe
function Call:verdict() end

--- Gives connection and buffers back at once; the call cannot be used again.
function Call:finish() end

---@class clinone.core.json
local json = {}

---@param text string
---@param max_depth integer|nil 128
---@param null_sentinel boolean|nil nulls of objects read as `core.null`
---@return any value, number|string duplicates_or_kind, string|nil message
function json.decode(text, max_depth, null_sentinel) end

---@param value any
---@param max_depth integer|nil 128
---@return string|nil text, string|nil message, string|nil path
function json.encode(value, max_depth) end

--- The members of one object, each as the text of its value: to decode only what is used. Cheap: only keys are
--- checked strictly; inside a value just strings and brackets are followed, `decode` checks the rest. Of a key that
--- stands twice the last one counts.
---@param text string
---@param max_depth integer|nil 128
---@return table<string, string>|nil, string|nil kind, string|nil message
function json.members(text, max_depth) end

--- Marks a table (or a new one) as an array.
---@param list table|nil
---@return table
function json.array(list) end

---@class clinone.core.text
local text = {}

---@param url string
---@return { tls: boolean, userinfo: boolean, loopback: boolean, host: string, port: integer, path: string, query: string?, fragment: string? }|nil, string|nil kind, string|nil message
function text.url(url) end

--- Whether a secret may go there: https, or http to loopback; no userinfo.
---@param url string
---@param option string its name, for the message
---@return true|nil, string|nil kind, string|nil message
function text.check_target(url, option) end

--- Whether it is a route under base_url and stays one.
---@param path string
---@return true|nil, string|nil kind, string|nil message
function text.check_path(path) end

--- SHA-256 over the parts, each with its length in front, as 64 hex digits.
---@param ... string
---@return string
function text.digest(...) end

--- SHA-256 as 64 hex digits, as `sha256sum` prints it.
---@param bytes string
---@return string
function text.sha256(bytes) end

---@param encoded string
---@return string|nil
function text.base64url_decode(encoded) end

---@param date string
---@return number|nil seconds since 1970
function text.http_date(date) end

---@class clinone.core.system
local system = {}

--- Replaces this process; returns only when that failed.
---@param path string looked up in PATH when it has no slash
---@param arguments string[]
---@return nil, string message
function system.exec(path, arguments) end

--- A new directory, mode 0700.
---@param prefix string
---@return string|nil path, string|nil message
function system.make_private_dir(prefix) end

--- Mode 0600, written aside and renamed.
---@param path string
---@param contents string
---@return true|nil, string|nil message
function system.write_private_file(path, contents) end

--- A lock file: true when taken, false while somebody else has it.
---@param path string
---@param ttl_s number an older one was left by a process that died
---@return boolean|nil, string|nil message
function system.take_lock(path, ttl_s) end

---@return integer|nil port, string|nil message
function system.free_port() end

---@return integer
function system.process_id() end

---@param count integer 1 to 65536
---@return string|nil bytes, string|nil message
function system.random_bytes(count) end

---@return number seconds of a clock that never jumps
function system.clock() end

return core
