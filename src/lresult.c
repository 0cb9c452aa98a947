/*
 * What a call has to tell: how far it is, what it sent, and how it ended.
 * Only reads the call; the values it pushes belong to Lua.
 */
#include "lcall.h"

#include <string.h>

/* call:id() -> request id */
int Lcln_call_id(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);

  lua_pushlstring(L, call->id, CLN_UUID_LEN);
  return 1;
}

/* call:progress() -> attempts made, HTTP status or nil, seconds since the
   call began */
int Lcln_call_progress(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  long long end_ms = call->ended_ms ? call->ended_ms : cln_now_ms();

  lua_pushinteger(L, call->state.attempts);
  if (call->state.http_status > 0)
    lua_pushinteger(L, call->state.http_status);
  else
    lua_pushnil(L);
  lua_pushnumber(L, (lua_Number)(end_ms - call->started_ms) / 1000);
  return 3;
}

/* call:deadline() -> milliseconds, for the calls made on this one's behalf */
int Lcln_call_deadline(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);

  lua_pushnumber(L, (lua_Number)call->state.options.deadline_ms);
  return 1;
}

/* Pushes the files of the body: a list of {at, bytes, path}. */
static void push_files(lua_State *L, const struct cln_body_files *files)
{
  size_t i;

  lua_newtable(L);
  for (i = 0; i < files->count; i++) {
    lua_createtable(L, 0, 3);
    lua_pushnumber(L, (lua_Number)files->list[i].at);
    lua_setfield(L, -2, "at");
    lua_pushnumber(L, (lua_Number)files->list[i].bytes);
    lua_setfield(L, -2, "bytes");
    lua_pushstring(L, files->list[i].path);
    lua_setfield(L, -2, "path");
    lua_rawseti(L, -2, (int)i + 1);
  }
}

/* call:request() -> method, url, headers (list of "Name: value"), body or
   nil, files in it or nil: a list of {at = the bytes of the body before it,
   bytes = its size, path =}. The authorization is not among them. */
int Lcln_call_request(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  const char *line = call->request.headers.data;
  size_t i;

  lua_pushstring(L, call->request.method);
  lua_pushstring(L, call->request.url.data);
  lua_newtable(L);
  for (i = 1; i <= call->request.header_count; i++) {
    lua_pushstring(L, line);
    lua_rawseti(L, -2, (int)i);
    line += strlen(line) + 1;
  }
  if (call->request.has_body)
    lua_pushlstring(L, call->request.body.data ? call->request.body.data : "",
                    call->request.body.len);
  else
    lua_pushnil(L);
  if (call->request.files.count == 0)
    return 4;
  push_files(L, &call->request.files);
  return 5;
}

static void push_body(lua_State *L, const struct cln_response *response)
{
  lua_pushlstring(L, response->body.data ? response->body.data : "",
                  response->body.len);
}

static void set_field(lua_State *L, const char *key)
{
  lua_setfield(L, -2, key);
}

/* Pushes the response table; the body's string, or nil, is at index
   `body`. */
static void push_response(lua_State *L, const struct lcln_call *call, int body)
{
  const struct cln_response *response = &call->exchange->response;

  lua_createtable(L, 0, 8);
  lua_pushinteger(L, response->http_status);
  set_field(L, "status");
  lua_pushvalue(L, body);
  set_field(L, "body");
  lua_pushlstring(L, call->id, CLN_UUID_LEN);
  set_field(L, "request_id");
  lua_pushinteger(L, call->state.attempts);
  set_field(L, "attempts");
  lua_pushnumber(L, (lua_Number)(call->ended_ms - call->started_ms) / 1000);
  set_field(L, "elapsed");
  if (call->state.recovered) {
    lua_pushboolean(L, 1);
    set_field(L, "recovered");
  }
  lua_pushlstring(L, response->headers.data ? response->headers.data : "",
                  response->headers.len);
  set_field(L, "header_block");
  lua_pushvalue(L, lua_upvalueindex(LCLN_RESPONSE));
  lua_setmetatable(L, -2);
}

/* Decodes the body at index 2. A finalizer of the script may make a call of
   its own meanwhile: that one takes a scratch of its own. (An error raised
   for lack of memory leaves the session's marked busy: slower, not wrong.) */
static enum cln_status decode(lua_State *L, struct lcln_session *session,
                              size_t *duplicates, struct cln_error *error)
{
  enum cln_status status;
  struct cln_jscan **box;

  if (!session->scan_busy) {
    session->scan_busy = true;
    status =
        lcln_decode(L, 2, session->scan, &session->json, duplicates, error);
    session->scan_busy = false;
    return status;
  }
  box = lcln_new_box(L, sizeof(*box), LCLN_SCAN);
  *box = cln_jscan_new();
  if (!*box)
    return CLN_NOMEM;
  return lcln_decode(L, 2, *box, &session->json, duplicates, error);
}

/* An answer of 2xx that went to a file: it gets its name; no body is held. An
   answer that never has a body leaves none. */
static enum cln_status keep_saved(lua_State *L, struct lcln_call *call,
                                  struct cln_error *error)
{
  int http_status = call->exchange->response.http_status;
  enum cln_status status;

  lua_pushnil(L); /* the response's body */
  if (http_status == 204 || http_status == 205 ||
      strcmp(call->request.method, "HEAD") == 0)
    return CLN_OK;
  if (call->exchange->endless)
    status = cln_fail(error, CLN_NETWORK,
                      "it came without its length, and may have been cut");
  else
    status = cln_sink_keep(call->sink, error);
  if (status != CLN_OK)
    return cln_sink_explain(error, http_status);
  lua_pushstring(L, cln_sink_path(call->sink));
  return CLN_OK;
}

/* call:result() of a call that ended well and has a file for its answer. */
static int push_saved(lua_State *L, struct lcln_call *call)
{
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status = keep_saved(L, call, &error);

  if (status != CLN_OK) {
    lua_pushnil(L);
    lua_pushstring(L, cln_status_name(status));
    lua_pushstring(L, error.message);
    push_response(L, call, 2);
    return 4;
  }
  lua_settop(L, 3);
  lua_pushboolean(L, 1);
  push_response(L, call, 2);
  lua_pushvalue(L, 3);
  set_field(L, "saved_to");
  return 2;
}

/*
 * call:result(), once done
 *   -> value, response, duplicates    an answer of 2xx, read, or saved
 *   -> nil, kind, message, response   it failed; response nil without one
 * duplicates: how many keys stood twice in one object (nil: none).
 */
int Lcln_call_result(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  const struct cln_response *response;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status = call->state.status;
  size_t duplicates = 0;

  lua_settop(L, 1);
  lcln_raise_nomem(L, status);
  if (!call->exchange || call->state.token_failed) {
    lua_pushnil(L);
    lua_pushstring(L, cln_status_name(status));
    lua_pushliteral(L, "");
    return 3;
  }
  response = &call->exchange->response;
  if (call->sink && status == CLN_OK && !call->state.recovered)
    return push_saved(L, call);
  push_body(L, response);
  if (status == CLN_OK) {
    if (response->body.len == 0 || call->state.recovered) {
      lua_pushboolean(L, 1);
    } else if (cln_response_is_json(response)) {
      status = decode(L, call->session, &duplicates, &error);
      lcln_raise_nomem(L, status);
    } else {
      lua_pushvalue(L, 2);
    }
  }
  if (status != CLN_OK) {
    lua_pushnil(L);
    lua_pushstring(L, cln_status_name(status));
    lua_pushstring(L, error.message[0] ? error.message
                                       : call->exchange->error.message);
    if (response->http_status == 0)
      return 3;
    push_response(L, call, 2);
    return 4;
  }
  push_response(L, call, 2);
  if (duplicates == 0)
    return 2;
  lua_pushnumber(L, (lua_Number)duplicates);
  return 3;
}

/* call:verdict() -> outcome, retryable, retry_after_s or nil,
   token_failed, may be sent again (safe) */
int Lcln_call_verdict(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);

  lua_pushstring(L, cln_outcome_name(call->state.outcome));
  lua_pushboolean(L, cln_call_retryable(&call->state));
  if (call->state.retry_after_ms >= 0)
    lua_pushnumber(L, (lua_Number)call->state.retry_after_ms / 1000);
  else
    lua_pushnil(L);
  lua_pushboolean(L, call->state.token_failed);
  lua_pushboolean(L, call->state.options.retry_class == CLN_RETRY_SAFE);
  return 5;
}
