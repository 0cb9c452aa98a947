/*
 * What all calls of one client share: base URL, header lines, limits, retry
 * budget, random numbers, JSON scratch. Owns its buffers and the HMAC
 * secret (wiped); the transport and the token store are shared and kept alive
 * by the companion table.
 */
#include "lsession.h"

#include <string.h>

#define MAX_OPTION_BYTES (64 * 1024)

struct lcln_session *lcln_check_session(lua_State *L, int index)
{
  struct lcln_session *session =
      lcln_check(L, index, LCLN_SESSION, "session expected");

  if (!session->open || !session->transport->transport)
    luaL_error(L, "client is closed");
  return session;
}

static enum cln_status copy_field(lua_State *L, int index, const char *key,
                                  const char *otherwise,
                                  struct cln_buffer *out,
                                  struct cln_error *error)
{
  size_t len = 0;
  const char *text = lcln_text_field(L, index, key, &len);
  enum cln_status status;

  if (!text) {
    text = otherwise;
    len = strlen(otherwise);
  }
  status = cln_buffer_append(out, text, len);
  if (status != CLN_OK)
    return cln_fail(error, status == CLN_NOMEM ? status : CLN_CONFIG,
                    "%s is too long", key);
  return CLN_OK;
}

static enum cln_status read_hmac(lua_State *L, struct lcln_session *session,
                                 struct cln_error *error)
{
  const struct {
    const char *key;        /* of the option */
    const char *otherwise;  /* its default */
    struct cln_buffer *out; /* where it is kept */
  } fields[] = {
      {"key", "", &session->hmac.key},
      {"secret", "", &session->hmac.secret},
      {"header", CLN_HMAC_DEFAULT_HEADER, &session->hmac.header},
      {"format", CLN_HMAC_DEFAULT_FORMAT, &session->hmac.format},
      {"canonical", CLN_HMAC_DEFAULT_CANONICAL, &session->hmac.canonical}};
  enum cln_status status = CLN_OK;
  const char *encoding, *time;
  size_t len, i;
  int spec;

  lua_getfield(L, 1, "hmac");
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    return CLN_OK;
  }
  spec = lua_gettop(L);
  for (i = 0; i < sizeof(fields) / sizeof(fields[0]) && status == CLN_OK; i++)
    status = copy_field(L, spec, fields[i].key, fields[i].otherwise,
                        fields[i].out, error);
  encoding = lcln_text_field(L, spec, "encoding", &len);
  time = lcln_text_field(L, spec, "timestamp", &len);
  session->hmac.hex = encoding && strcmp(encoding, "hex") == 0;
  session->hmac.iso_time = time && strcmp(time, "iso") == 0;
  session->signs = true;
  lua_pop(L, 1);
  return status == CLN_OK ? cln_hmac_check(&session->hmac, error) : status;
}

/* headers: a list of {name, value}, already in the order to send. */
static enum cln_status read_headers(lua_State *L, struct lcln_session *session,
                                    struct cln_error *error)
{
  struct cln_request lines;
  enum cln_status status = CLN_OK;
  size_t count, i;

  lua_getfield(L, 1, "headers");
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    return CLN_OK;
  }
  cln_request_init(&lines);
  count = lcln_length(L, -1);
  for (i = 1; i <= count && status == CLN_OK; i++) {
    size_t name_len = 0, value_len = 0;
    const char *name, *value;
    lua_rawgeti(L, -1, (int)i);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    /* Strings only: to convert a number could raise over `lines`. */
    name =
        lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &name_len) : "";
    value =
        lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &value_len) : "";
    status =
        cln_request_header(&lines, name, name_len, value, value_len, error);
    lua_pop(L, 3);
  }
  lua_pop(L, 1);
  if (status == CLN_OK) {
    session->header_count = lines.header_count;
    session->sets_content_type =
        cln_request_has_header(&lines, "content-type");
    status = cln_buffer_append(&session->headers, lines.headers.data,
                               lines.headers.len);
    if (status != CLN_OK)
      cln_fail(error, status, "the headers are too large");
  }
  cln_request_free(&lines);
  return status;
}

static enum cln_status read_base(lua_State *L, struct lcln_session *session,
                                 struct cln_error *error)
{
  enum cln_status status;

  status = copy_field(L, 1, "base_url", "", &session->base, error);
  if (status == CLN_OK)
    status = cln_buffer_append_char(&session->base, '\0');
  if (status != CLN_OK)
    return cln_fail(error, CLN_CONFIG, "base_url is too long");
  session->base.len--;
  status = cln_url_parse(&session->base_url, session->base.data,
                         session->base.len, error);
  if (status == CLN_OK)
    status = cln_url_check_target(&session->base_url, "base_url", error);
  if (status == CLN_OK)
    session->direct = cln_url_is_loopback(&session->base_url);
  return status;
}

static void read_limits(lua_State *L, struct lcln_session *session)
{
  session->total_ms = (long long)lcln_number_field(L, 1, "total_ms", 60000);
  session->connect_ms = (long)lcln_number_field(L, 1, "connect_ms", 10000);
  session->idle_ms = (long)lcln_number_field(L, 1, "idle_ms", 30000);
  session->max_attempts = (int)lcln_number_field(L, 1, "max_attempts", 4);
  session->base_ms = lcln_number_field(L, 1, "base_ms", 500);
  session->cap_ms = lcln_number_field(L, 1, "cap_ms", 20000);
  cln_budget_init(&session->budget,
                  lcln_number_field(L, 1, "budget_capacity", 100),
                  lcln_number_field(L, 1, "budget_refill", 0.5));
  session->max_body_bytes =
      (size_t)lcln_number_field(L, 1, "max_body_bytes", 64.0 * 1024 * 1024);
  session->json.max_depth = (int)lcln_number_field(L, 1, "max_depth", 128);
  session->json.null_sentinel = lcln_boolean_field(L, 1, "null_sentinel", 0);
  session->token_renewable = lcln_boolean_field(L, 1, "token_renewable", 0);
}

/* session{base_url=, transport=, store=nil, hmac=nil, headers={{name,
   value}}, total_ms=, ...} -> session | nil, kind, message */
int Lcln_session(lua_State *L)
{
  struct lcln_session *session;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status;
  int companion;

  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  session = lcln_new_box(L, sizeof(*session), LCLN_SESSION);
  cln_hmac_init(&session->hmac);
  cln_buffer_init(&session->base, MAX_OPTION_BYTES);
  cln_buffer_init_secret(&session->headers, MAX_OPTION_BYTES);

  lua_newtable(L);
  companion = lua_gettop(L);
  lua_getfield(L, 1, "transport");
  session->transport = lcln_check_transport(L, -1);
  lua_rawseti(L, companion, LCLN_KEEP_TRANSPORT);
  lua_getfield(L, 1, "store");
  if (!lua_isnil(L, -1))
    session->store = lcln_check(L, -1, LCLN_STORE, "store expected");
  lua_rawseti(L, companion, LCLN_KEEP_STORE);
  lua_pushvalue(L, 2);
  lua_rawseti(L, companion, LCLN_KEEP_SESSION);
  lcln_set_companion(L, 2);

  read_limits(L, session);
  session->scan = cln_jscan_new();
  if (!session->scan)
    lcln_raise_nomem(L, CLN_NOMEM);
  status = read_base(L, session, &error);
  if (status == CLN_OK)
    status = read_headers(L, session, &error);
  if (status == CLN_OK)
    status = read_hmac(L, session, &error);
  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  session->open = true;
  return 1;
}

static int Lcln_session_close(lua_State *L)
{
  struct lcln_session *session =
      lcln_check(L, 1, LCLN_SESSION, "session expected");

  session->open = false;
  cln_hmac_free(&session->hmac);
  cln_buffer_free(&session->headers);
  return 0;
}

static int Lcln_session_gc(lua_State *L)
{
  struct lcln_session *session =
      lcln_check(L, 1, LCLN_SESSION, "session expected");

  Lcln_session_close(L);
  cln_buffer_free(&session->base);
  cln_jscan_free(session->scan);
  session->scan = NULL;
  return 0;
}

/* -> calls, attempts, retries */
static int Lcln_session_stats(lua_State *L)
{
  struct lcln_session *session =
      lcln_check(L, 1, LCLN_SESSION, "session expected");

  lua_pushinteger(L, (lua_Integer)session->calls);
  lua_pushinteger(L, (lua_Integer)session->attempts);
  lua_pushinteger(L, (lua_Integer)session->retries);
  return 3;
}

int Lcln_begin(lua_State *L); /* lcall.c */

const luaL_Reg lcln_session_methods[] = {{"begin", Lcln_begin},
                                         {"close", Lcln_session_close},
                                         {"stats", Lcln_session_stats},
                                         {"__gc", Lcln_session_gc},
                                         {NULL, NULL}};
