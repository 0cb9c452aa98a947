--- Each oddity of collections as they are in the wild, where one stands in
-- spec/collections, and what must come of it. Plain data for
-- postman_golden_spec.
--
-- A row: `has` are pieces of one line of the catalog's outline (spec/support/
-- postman.lua says how one is written), or, with `list`, of one entry of that
-- list of the report ("place: reason"). With `never` no line may have them.
-- `section` names the group of facts about the format: 1 kinds of documents
-- (they are in the spec itself), 2 the two versions, 3 items and folders,
-- 4 requests, 5 URLs, 6 bodies, 7 auth, 8 events and variables, 9 saved
-- answers, 11 the documenter's download, 12 names, 13 paging.

local rows = {}
local section, collection

local function row(what, has, more)
  local made = { section = section, collection = collection, what = what, has = has }
  for key, value in pairs(more or {}) do made[key] = value end
  rows[#rows + 1] = made
end

local function told(list, what, has) row(what, has, { list = list }) end
local function never(what, has) row(what, has, { never = true }) end

-- --- 2. two versions --------------------------------------------------------

section, collection = "2", "auth-v2.0.0"
row("v2.0.0 writes a URL as text", { "GET /array" })
row("and as an object where it has a query", { "GET /folders page@query" })
told("scripts", "auth as an object", { "Get token", "/oauth2/v2.0/token" })
collection = "auth-v2.1.0"
row("auth as a list", { "GET /public | public" })
never("an object under v2.1.0", { "GET /object", "public" })

-- --- 3. items and folders ---------------------------------------------------

section, collection = "3", "names"
row("a folder is a resource", { "patients.list_patients (list) GET /patients" })
row("a folder in a folder is a nested one", { "patients.visits_.list GET /patients/{id}/visits id@path!" })
row("folders nest five deep", { "one.two.three.four.five.six" })
row("what has both a request and items is a folder", { "GET /both/within" })
told("warnings", "and its own request is said to be lost", { "Both a folder and a request" })
row("requests at the root go by their path's first word", { "version.version GET /version" })
row("also to a folder's resource", { "patients.count_patients GET /patients/count" })
row("a name that is a number", { "any_script._7 GET /seven" })
row("no name: method and path are one", { "any_script.delete_absent_by_id", "DELETE /absent/{id}" })
row("a blank name, too", { "any_script.get_nameless_by_id", "GET /nameless/{id}" })

-- --- 4. requests ------------------------------------------------------------

section, collection = "4", "urls"
row("a request that is a text is a GET", { "GET /string q@query" })
told("refused", "a request that is null", { "Request is null" })
told("refused", "a request that is absent", { "Request is absent" })
row("a method in lower case", { "POST /methods/lower" })
row("a blank method is GET", { "GET /methods/blank" })
row("an empty one, too", { "GET /methods/empty" })
row("a null one, too", { "GET /methods/null" })
row("a method nobody knows", { "POSTMAN /methods/own" })
row("a method of WebDAV", { "PROPFIND /methods/propfind" })
told("refused", "a method that is no token", { "No token" })
row("headers as a list, null among them", { "GET /headers", 'X-Mode@header~"fast"', 'X-Line@header~"as a string"' })
row("a disabled header is optional", { "GET /headers", " X-Off@header" })
never("those the client sends by itself are left out", { "Accept@header" })
never("so is Authorization", { "Authorization@header" })
never("and Cookie", { "Cookie@header" })
never("and Content-Type", { "Content-Type@header" })
row("headers as one folded text", { "GET /headers", 'X-Folded@header~"one two" X-Mode@header~"fast"' })

-- --- 5. URLs ----------------------------------------------------------------

section = "5"
row("a path variable by :name", { "colon GET /patients/{id} id@path!" })
row("with `id` for `key`", { "GET /patients/{patient} patient@path!" })
row("by {{name}}", { "GET /patients/{patientId} patientId@path!" })
row("by {name}", { "literal_braces GET /patients/{id} id@path!" })
row("as a part of its segment", { "GET /documents/x.{id} id@path!" })
row("two in one segment", { "GET /range/({from}.{to}) from@path! to@path!" })
row("in an OData key", { "/Visits id@path!" })
row("it ends at the first dot", { "GET /files/{file}.json file@path!" })
row("a lone colon is none", { "GET /lone/:/colon" })
row("a verb after it", { "POST /patients/{id}:archive id@path!" })
row("a colon within a segment is none", { "POST /patients:batchGet" })
row("a value in its place", { "concrete_value GET /patients/123" })
row("with an empty value or null", { "GET /a/{empty}/b/{null} empty@path! null@path!" })
row("listed, but not in the path", { "GET /a/{one} one@path!" })
never("then it is no parameter", { "GET /a/{one}", "other@" })
row("segments as objects", { "GET /objects/{id}/x id@path!" })
row("the same one twice", { "GET /merge/{id}/into/{id} id@path!" })
row("a collection's variable in front", { "GET /{version}/patients version@path", "$version" })
row("a variable with a blank or a slash in its name", { "GET /x/{patient_id}/{a_b_c_d}" })
row("braces that are never closed", { "GET /open/%7B%7Bhalf" })
row("one name in path and query is one parameter", { "GET /notes/{id} id@path+query!" })
row("blanks and letters are encoded, once", { "GET /a%20b/my%20path/%C3%A9" })
told("refused", "dots that leave the path", { "Dots" })
row("the study's and the site's identifier", {
  "GET /studies/{studyIdentifier}/sites/{siteIdentifier} siteIdentifier@path! studyIdentifier@path!" })
row("spelled with underscores",
  { "snake GET /studies/{studyIdentifier}/sites", "siteIdentifier@query!=site_identifier" })
row("spelled in Pascal's and kebab's way",
  { "GET /studies/{studyIdentifier} ", "siteIdentifier@query!=site-identifier" })
row("in headers", { "GET /who siteIdentifier@header studyIdentifier@header", "=StudyIdentifier" })
row("in path and body at once", { "POST /studies/{studyIdentifier}/patients", "studyIdentifier@path+body!" })
row("only `raw`", { "GET /only/raw a@query" })
row("no `raw`", { "GET /without/raw a@query", "| server" })
row("the parts count, not `raw`", { "GET /right" })
row("host and path as texts", { "GET /as/strings" })
row("a whole address in `host`", { "GET /z" })
told("refused", "an empty text", { "Empty string" })
told("refused", "null", { "Forms of a URL / Null" })
told("refused", "absent", { "Forms of a URL / Absent" })
told("refused", "an empty object", { "Empty object" })
row("the base alone", { "only_the_base GET /" })
row("the base and a query", { "GET / ping@query" })
row("a trailing slash stays", { "GET /slash/" })
row("a base glued to the path", { "GET /Glued/x" })
row("port, hash and user info", { "port_hash_and_userinfo GET /ward bed@query", "| server" })
told("warnings", "user info is left out, and said", { "Port, hash and userinfo" })
told("warnings", "as parts, too", { "Userinfo as parts" })
row("a backslash is a slash", { "GET /back/slash" })
row("several base variables are servers", { "POST /payments", "| server pci_host" })
row("one without a value, too", { "POST /login", "| server auth_url" })
row("a web hook that is a whole URL", { "POST / ", "| server slack_web_hook" })
row("an address of another host", { "GET /get a@query", "| server postman_echo" })
row("a disabled query parameter is optional", { "GET /patients", "sex@query ", "status@query!" })
row("unless its description says required", { "GET /patients", "must@query!" })
row("one that may be left out", { "GET /patients", " may@query:integer " })
row("a null value", { "GET /nulls", "flag@query" })
row("repeated keys", { "GET /repeated tag@query!:array" })
told("warnings", "a template as the whole query", { "Whole query" })
told("warnings", "a template as a key", { "Odd names", "{{key}}" })
row("a secret's value is nowhere", { "GET /secret access_token@query! api_key@query!" })
row("no value, an empty one, and an equals sign in one", { "GET /bare a@query b@query c@query!" })
row("names that are no names", { "GET /odd", "$filter@query!", "page[size]@query", "a b@query!" })
row("types by their values", { "GET /types b@query!:boolean d@query! n@query!:integer s@query! x@query!:number" })

-- --- 6. bodies --------------------------------------------------------------

section, collection = "6", "bodies"
row("a shape from its example", {
  "POST /shapes", "big@body:", "broken@body:number", "empty@body:object",
  "inner@body:object{city geo:object{lat:number}}", "list@body:array<>", "none@body:array", "nothing@body:any",
  "text@body ", "whole@body:integer", "yes@body:boolean" })
row("identifiers deeper in it", { "POST /shapes", "studyIdentifier@body[patient]", "siteIdentifier@body[visits.*]" })
row("a list at its root", { "POST /array", "studyIdentifier@body[*]", "| body:array<:object{" })
row("a text at its root", { "POST /scalar | body" })
row("an item's own id is one parameter", { "own_id PUT /items/{id} id@path+body!", "name@body" })
row("but not with another value", { "another_id PUT /items/{id} body_id@body=id id@path!" })
told("renamed", "two meanings of one name", { "Equal name, other meaning", "body_status" })
row("then the body's has a prefix", { "POST /orders/{status} body_name@body=name body_status@body=status name@query" })
row("fields named like what a call takes", {
  "POST /reserved a b@body:integer body@body end@body:integer headers@body query@body" })
told("guessed", "and it is said", { "Reserved keys", "query = ... is that one" })
row("a key that stands twice", { "POST /duplicate a@body" })
row("an unquoted template", { "POST /unquoted id@body:any ids@body:array<:any> mixed@body name@body" })
row("comments", { "POST /comments age@body:integer link@body name@body" })
row("trailing commas", { "POST /commas a@body:array<:integer> b@body:object{c:integer}" })
row("three dots", { "POST /dots a@body:integer list@body:array<:integer>" })
row("a template for all of it", { "POST /payload" })
told("guessed", "is given whole", { "Whole template" })
row("two documents: the first one", { "POST /two a@body:integer" })
row("an empty text under json", { "POST /empty" })
told("warnings", "prose under json", { "Prose" })
row("other quotes, or none", { "POST /quotes a@body:integer b@body:integer" })
row("a body that is a text", { "POST /string a@body:integer" })
row("null", { "POST /nothing" })
row("an unknown mode is raw", { "POST /unknown a@body:integer" })
never("an absent mode is no body", { "POST /nothing/mode", "a@body" })
never("a disabled body is none", { "POST /disabled", "a@body" })
row("XML", { "POST /xml | content text | content_type application/xml" })
row("plain text", { "POST /text | content text | content_type text/plain" })
row("a type by its header", { "POST /csv | content text | content_type text/csv" })
row("another JSON type", { "PATCH /merge/{id}", "a@body", "content_type application/merge-patch+json" })
row("a form",
  { "POST /form age@body", "name@body!", "nick@body", "studyIdentifier@body", "tag@body:array", "| content form" })
row("a form as text", { "POST /form/string a@body", "b@body", "| content form" })
row("form data with files",
  { "POST /upload more@body:file none@body:file note@body off@body:file scan@body:file | content multipart" })
row("a file", { "PUT /file/{name} name@path! | content file" })
row("a file without a source", { "PUT /file/none/{name} name@path! | content file" })
row("graphql, its variables as text",
  { "POST /graphql first@body:integer id@body | content graphql | graphql Patient" })
row("graphql, its variables as an object", { "POST /graphql studyIdentifier@body | content graphql" })
never("a GET's body is dropped", { "GET /pruned", "a@body" })
row("unless it is to be kept", { "GET /kept a@body:integer" })
row("a DELETE's is not", { "DELETE /deleted reason@body" })

-- --- 7. auth ----------------------------------------------------------------

section, collection = "7", "auth-v2.1.0"
never("none: as around it", { "GET /inherited", "public" })
never("null: as around it", { "GET /null", "public" })
row("noauth is public", { "GET /public | public" })
row("a folder's, too", { "GET /open | public" })
row("and what is in it", { "GET /open/inner | public" })
never("but for what has its own", { "GET /closed", "public" })
told("scripts", "OAuth2's block is the collection's", { "(collection): token URL https://login.auth.example" })
never("a bearer without parameters", { "GET /bare", "public" })
never("a type nobody knows", { "GET /pigeon", "public" })
told("warnings", "basic auth is not ours", { "Basic: " })
told("warnings", "nor an API key", { "Api key: " })
told("scripts", "OAuth2's token URL and scope are offered", { "https://login.auth.example/tenant/oauth2/v2.0/token" })
collection = "auth-v2.0.0"
never("noauth beside an Authorization header is not public", { "own.own_header", "public" })
told("scripts", "a token request is read", { "Get token", "https://auth2.example/api/.default" })
told("scripts", "with the names of its variables", { "Get token", "hospitalClient" })
told("scripts", "also one of another kind", { "Token of another kind", "https://login.auth2.example/oauth/token" })
told("scripts", "with a body of JSON", { "Token of another kind", "theSecret" })

-- --- 8. events and variables ------------------------------------------------

section, collection = "8", "clinone-form"
told("scripts", "a collection's script: the token URL",
  { "collection", "https://hospitalqa.b2clogin.com/hospitalqa.onmicrosoft.com/b2c_1_signin_signup/oauth2/v2.0/token" })
told("scripts", "the scope", { "collection", "https://hospitalqa.onmicrosoft.com/hospitalapi/.default" })
told("scripts", "the variable of the id", { "collection", "clientKey" })
told("scripts", "the variable of the secret", { "collection", "clientSecret" })
collection = "scripts"
told("scripts", "a folder's script as one text", { "By a folder", "portalClientId" })
told("scripts", "the secret's variable in backquotes", { "By a folder", "portal_client_secret" })
told("scripts", "a request's script, with templates", { "By a request", "otherSecret" })
row("a disabled script is not read", { "off.scripts.example" }, { never = true, list = "scripts" })
collection = "variables"
row("a nested value", { "GET /nested" })
row("of equal names the last one counts", { "nested.nested GET /nested" })
told("warnings", "a loop is said", { "Loop in the host" })
told("warnings", "also a loop of one", { "Loop of one" })
row("a folder's own variable", { "GET /own", "| server" })
row("a host in pieces", { "host_in_pieces GET /x", "| server" })
row("dynamic ones stay", { "POST /dynamic", "at@query" })

-- --- 9. saved answers -------------------------------------------------------

section, collection = "9", "answers"
row("an original URL as text", { 'answer 200 - /patients/p1 "Found" application/json', "X-Page=1" })
row("of equal name and code, with an object", { 'answer 200 - /patients/p2 ?full=1 "Found"', "X-Page=2" })
row("a template in its path and body", { 'answer 200 - /patients/{{patient}} "Template"' })
row("a path variable with its value", { 'answer 200 - /patients/p9 "Colon"' })
row("an empty original request", { 'answer 404 - ', '"Missing"' })
row("a null one, and no body", { 'answer 410 - ', '"Null request" no body' })
row("none", { 'answer 500 - ', '"No request"' })
row("a code that is a text", { 'answer 201 - ', '"Code as text"' })
row("no code", { 'answer 200 - ', '"No code"' })
row("no code, but a status", { 'answer 201 - ', '"Only status"' })
row("no name", { 'answer 204 - ' })
row("no JSON though it says so", { '"No JSON though it says so"', "4 bytes" })
row("another method", { 'answer 200 DELETE', '"Another method and host"' })
row("an original request that is a text", { 'answer 200 - /patients/p3 "Original is a string"' })
never("no header that is a secret", { "Set-Cookie" })

-- --- 11. the documenter's download ------------------------------------------

section, collection = "11", "documenter"
row("disabled query parameters of urlObject", {
  "patients.list_patients (list) GET /patients", "page@query", "studyIdentifier@query", "status@query!" })
row("path variables of urlObject", { "patients.get_patient (get) GET /patients/{id} id@path!" })
row("the base is filled in: one server for all", { "GET /status | public" })
never("so no operation of it has a server of its own", { "/patients", "| server" })
row("an unknown base stays a variable", { "GET /wards/{ward}/report", "ward@path!", "| server report_host" })
never("inherited auth is no other auth", { "/patients", "public" })
told("scripts", "its scripts are read", { "collection", "clinic_secret" })
told("scripts", "and its OAuth2 blocks", { "Report of a ward", "https://login.clinic.example/oauth2/v2.0/token" })

-- --- 12. names --------------------------------------------------------------

section, collection = "12", "names"
row("plain verbs: list", { "list_patients (list) GET" })
row("get", { "get_patient (get) GET" })
row("create", { "create_patient (create) POST" })
row("update", { "update_patient_by_id (update) PUT" })
row("delete", { "delete_patient (delete) DELETE" })
row("a Lua keyword", { "lua.end_ POST /lua/end" })
row("a method of resources", { "POST /lua/each" })
row("new is none", { "lua.new POST /lua/new" })
row("__index", { "lua.index POST /lua/index" })
row("dots: method and path are the name", { "POST /lua/up" })
row("a way out", { "lua.etc_passwd POST /lua/away" })
row("a folder like a method: call", { "GET /calls" })
row("each", { "GET /eaches" })
row("close", { "GET /closes" })
told("renamed", "and it is listed", { "Call: ", "call_" })
told("renamed", "a name that would leave the table is said: __index", { "Lua / __index: ", "index" })
told("renamed", "as a folder", { "__index: ", "index" })
told("renamed", "dots", { "Lua / ..: " })
told("renamed", "dots as a folder", { "..: ", "dots" })
told("renamed", "so is a name that the path gave", { "患者: ", "huanzhe" })
row("a folder called __index", { "index.newindex GET /index" })
row("a folder of dots", { "GET /dots" })
row("emoji and accents", { "any_script.sesion POST /sessions" })
row("a number in front", { "any_script.login POST /login" })
row("another script", { "any_script.post_entry", "POST /entry" })
row("and the next one is not the same", { "any_script.post_exit", "POST /exit" })
row("nothing but an emoji", { "any_script.get_mood", "GET /mood" })
row("only digits", { "any_script._201 GET /created" })
row("blanks at the ends", { "any_script.blank_at_the_ends GET /blank" })
row("umlauts and signs", { "any_script.grosse_gewicht_cm_kg GET /measures" })
row("control characters", { "any_script.line_break_and_nul GET /controls" })
row("a folder of digits", { "_2024.list" })
row("a folder in another script, by its first path", { "huanzhe." })
row("equal names, other methods: told apart by them", { "equal.get_visit", "GET /visits/{id}" })
row("both", { "equal.post_visit", "POST /visits" })
row("equal names, other paths", { "GET /labs/find" })
row("equal names, other queries", { "GET /search initials@query!" })
row("twins", { "GET /twins" })
row("equal folders are one resource", { "forms.", "POST /forms/{id}/sign" })
told("renamed", "and it is said", { "Forms" })
row("a folder in a folder of its name", { "labs.labs.labs (list) GET /labs" })
row("a folder with one request of its name", { "ping.ping GET /ping" })
row("a verb that contradicts its method", { "contradictions.get_daily_values POST /values/daily" })
row("a route for a name", { "contradictions.get_diaries_by_id", "GET /diaries/{id}" })
row("a slash in front", { "contradictions.sale POST /sale" })
row("a slash within", { "contradictions.create_update_acl PUT /acl" })
row("a name that is another operation's verb stays its own", { "contradictions.create", "PUT /values/{id}" })

-- --- 13. paging -------------------------------------------------------------

section, collection = "13", "paging"
row("page and pageSize", { "GET /a ", "| paging items=items page=page size=pageSize style=page total=total" })
row("from zero", { "GET /b ", "| paging first=0", "page=page", "pages=totalPages", "size=size style=page" })
row("a bare list", { "GET /c ", "| paging page=pageNumber size=perPage style=page" })
row("records in a table", { "GET /d ", "| paging items=data.results page=page style=page total=data.totalCount" })
row("by names alone", { "GET /e ", "| paging page=page size=page_size style=page" })
row("disabled ones", { "GET /f ", "| paging items=value page=Page size=Limit style=page" })
never("a page that is none", { "GET /g/", "| paging" })
row("offset and limit", { "GET /i ", "| paging items=results offset=offset size=limit style=offset" })
row("skip and take", { "GET /j ", "| paging offset=skip size=take style=offset" })
row("OData", { "GET /k ", "| paging items=value offset=$skip size=$top style=offset" })
never("a limit alone", { "GET /l ", "| paging" })
row("a cursor", { "GET /m ", "| paging cursor=cursor items=data more=hasMore next=nextCursor size=limit style=cursor" })
row("a next token", { "GET /n ", "| paging cursor=nextToken items=items next=nextToken style=cursor" })
row("a continuation token", { "GET /o ", "cursor=continuationToken", "next=meta.continuationToken style=cursor" })
row("a Link header", { "GET /p ", "| paging style=link" })
row("a next link", { "GET /q ", "| paging items=value next=@odata.nextLink style=link" })
row("a link in a table", { "GET /r ", "| paging items=data next=links.next style=link" })

return rows
