--- A small Postman collection in the vendor's form: bearer, one pre-request
-- script of the collection that fetches the token.

local script = [[
const url = "https://login.example.com/tenant/oauth2/v2.0/token";
pm.sendRequest({ url: url, method: "POST", body: { mode: "urlencoded", urlencoded: [
  { key: "grant_type", value: "client_credentials" },
  { key: "client_id", value: pm.environment.get("client_key") },
  { key: "client_secret", value: pm.environment.get("client_secret") },
  { key: "scope", value: "https://login.example.com/api/.default" },
] } }, (err, res) => pm.environment.set("token", res.json().access_token));]]

return {
  info = {
    name = "Made-up API", schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    publishDate = "2024-05-06T07:08:09.000Z",
  },
  auth = { type = "bearer", bearer = { { key = "token", value = "{{token}}", type = "string" } } },
  event = { { listen = "prerequest", script = { type = "text/javascript", exec = { script } } } },
  variable = { { key = "baseUrl", value = "https://api.example.com" } },
  item = {
    { name = "Patients", item = {
      { name = "List Patients", request = { method = "GET", url = "{{baseUrl}}/patients?status=open" } },
      { name = "Create Patient", request = {
        method = "POST", url = "{{baseUrl}}/patients",
        body = { mode = "raw", raw = '{"screeningNumber": "1042-7"}', options = { raw = { language = "json" } } },
      } },
      { name = "Get Patient", request = { method = "GET", url = "{{baseUrl}}/patients/:id" } },
    } },
  },
}
