/* Small questions about texts, for the Lua layer: core.text. URLs, digests,
   encodings; no state. */
#include <string.h>

#include "encoding.h"
#include "httpdate.h"
#include "lbind.h"
#include "sha256.h"
#include "url.h"

#define MAX_TEXT_BYTES (1024 * 1024)

static void set_span(lua_State *L, const char *key, struct cln_span span)
{
  if (!span.text)
    return;
  lua_pushlstring(L, span.text, span.len);
  lua_setfield(L, -2, key);
}

static void set_flag(lua_State *L, const char *key, int value)
{
  lua_pushboolean(L, value);
  lua_setfield(L, -2, key);
}

/* text.url(text) -> {tls=, userinfo=, host=, port=, path=, query=, fragment=,
   loopback=} | nil, kind, message */
static int Lcln_text_url(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  struct cln_error error;
  struct cln_url url;
  enum cln_status status = cln_url_parse(&url, text, len, &error);

  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  lua_newtable(L);
  set_flag(L, "tls", url.tls);
  set_flag(L, "userinfo", url.has_userinfo);
  set_flag(L, "loopback", cln_url_is_loopback(&url));
  set_span(L, "host", url.host);
  set_span(L, "path", url.path);
  set_span(L, "query", url.query);
  set_span(L, "fragment", url.fragment);
  lua_pushinteger(L, url.port);
  lua_setfield(L, -2, "port");
  return 1;
}

/* text.check_target(url, option) -> true | nil, kind, message */
static int Lcln_text_check_target(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  const char *what = luaL_checkstring(L, 2);
  struct cln_error error;
  struct cln_url url;
  enum cln_status status = cln_url_parse(&url, text, len, &error);

  if (status == CLN_OK)
    status = cln_url_check_target(&url, what, &error);
  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  lua_pushboolean(L, 1);
  return 1;
}

/* text.check_path(path) -> true | nil, kind, message */
static int Lcln_text_check_path(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  struct cln_error error;
  enum cln_status status = cln_url_check_path(text, len, &error);

  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  lua_pushboolean(L, 1);
  return 1;
}

static void push_digest(lua_State *L, struct cln_sha256 *hash)
{
  static const char digits[] = "0123456789abcdef";
  unsigned char digest[CLN_SHA256_BYTES];
  char hex[2 * CLN_SHA256_BYTES];
  int i;

  cln_sha256_final(hash, digest);
  for (i = 0; i < CLN_SHA256_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  lua_pushlstring(L, hex, sizeof(hex));
}

/*
 * text.digest(part, ...) -> 64 hex digits: SHA-256 over the parts, each with
 * its length in front, so that no two lists of parts are the same text.
 */
static int Lcln_text_digest(lua_State *L)
{
  struct cln_sha256 hash;
  int count = lua_gettop(L);
  int i;

  cln_sha256_init(&hash);
  for (i = 1; i <= count; i++) {
    unsigned char length[8];
    size_t len;
    const char *part = luaL_checklstring(L, i, &len);
    unsigned long long left = len;
    int at;
    for (at = 7; at >= 0; at--) {
      length[at] = (unsigned char)(left & 255);
      left >>= 8;
    }
    cln_sha256_update(&hash, length, sizeof(length));
    cln_sha256_update(&hash, part, len);
  }
  push_digest(L, &hash);
  return 1;
}

/* text.sha256(text) -> 64 hex digits, as sha256sum prints them */
static int Lcln_text_sha256(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  struct cln_sha256 hash;

  cln_sha256_init(&hash);
  cln_sha256_update(&hash, text, len);
  push_digest(L, &hash);
  return 1;
}

/* text.base64url_decode(text) -> bytes | nil */
static int Lcln_text_base64url_decode(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  struct cln_buffer *out = lcln_new_box(L, sizeof(*out), LCLN_BUFFER);
  enum cln_status status;

  cln_buffer_init_secret(out, MAX_TEXT_BYTES);
  status = cln_base64url_decode(out, text, len);
  lcln_raise_nomem(L, status);
  if (status != CLN_OK) {
    lua_pushnil(L);
    return 1;
  }
  lua_pushlstring(L, out->data ? out->data : "", out->len);
  return 1;
}

/* text.http_date(text) -> seconds since 1970 | nil */
static int Lcln_text_http_date(lua_State *L)
{
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);
  long long time_s = cln_httpdate_parse(text, len);

  if (time_s < 0)
    lua_pushnil(L);
  else
    lua_pushnumber(L, (lua_Number)time_s);
  return 1;
}

const luaL_Reg lcln_text_functions[] = {
    {"url", Lcln_text_url},
    {"check_target", Lcln_text_check_target},
    {"check_path", Lcln_text_check_path},
    {"digest", Lcln_text_digest},
    {"sha256", Lcln_text_sha256},
    {"base64url_decode", Lcln_text_base64url_decode},
    {"http_date", Lcln_text_http_date},
    {NULL, NULL}};
