/*
 * One call as Lua userdata: the state machine of call.h, its request, and
 * the exchange under way. Lua asks next(), does what it says, and asks again.
 * Owns all three; session, transport and store are kept alive by the
 * companion table.
 */
#include "lcall.h"

#include <time.h>

#include <string.h>

#include "httpdate.h"

#define MAX_SPARE_BYTES (64 * 1024) /* kept for the next call */

static int push_refusal(lua_State *L, const struct lcln_refusal *refusal)
{
  int key = refusal->key;

  lua_pushnil(L);
  lua_pushstring(L, refusal->reason);
  if (key != 0)
    lua_pushvalue(L, key);
  else
    lua_pushnil(L);
  lua_pushstring(L, refusal->path.text);
  lua_pushstring(L, refusal->error.message);
  return 5;
}

static void read_save_to(lua_State *L, struct lcln_call *call)
{
  const char *path = lcln_text_field(L, 5, "save_to", NULL);

  if (!path)
    return;
  call->sink = cln_sink_new(path);
  if (!call->sink)
    lcln_raise_nomem(L, CLN_NOMEM);
}

/* options at index 5: nil, or a table with total_ms, deadline_ms, connect_ms,
   idle_ms, max_attempts, base_ms, cap_ms, each of which replaces the
   session's; and save_to. */
static void read_options(lua_State *L, struct lcln_call *call,
                         const struct lcln_operation *operation)
{
  const struct lcln_session *session = call->session;
  struct cln_call_options options;
  long long total_ms = session->total_ms;

  options.retry_class = operation->retry_class;
  options.retry_503 = operation->retry_503;
  options.max_attempts = session->max_attempts;
  options.base_ms = session->base_ms;
  options.cap_ms = session->cap_ms;
  options.needs_token = session->store != NULL && !operation->anonymous;
  options.token_renewable = session->token_renewable;
  options.deadline_ms = 0;
  call->connect_ms = session->connect_ms;
  call->idle_ms = session->idle_ms;
  if (lua_istable(L, 5)) {
    total_ms =
        (long long)lcln_number_field(L, 5, "total_ms", (double)total_ms);
    options.deadline_ms = (long long)lcln_number_field(L, 5, "deadline_ms", 0);
    call->connect_ms =
        (long)lcln_number_field(L, 5, "connect_ms", (double)call->connect_ms);
    call->idle_ms =
        (long)lcln_number_field(L, 5, "idle_ms", (double)call->idle_ms);
    options.max_attempts =
        (int)lcln_number_field(L, 5, "max_attempts", options.max_attempts);
    options.base_ms = lcln_number_field(L, 5, "base_ms", options.base_ms);
    options.cap_ms = lcln_number_field(L, 5, "cap_ms", options.cap_ms);
    read_save_to(L, call);
  }
  if (options.deadline_ms == 0)
    options.deadline_ms = call->started_ms + total_ms;
  cln_call_init(&call->state, &options, operation->method,
                &call->session->budget, &call->session->random);
}

/* Pushes a call that has nothing in it yet: the last one that ended, with its
   memory, or a new one. keep: index of the session's companion. */
static struct lcln_call *push_call(lua_State *L, struct lcln_session *session,
                                   int keep)
{
  struct lcln_call *call;

  lua_rawgeti(L, keep, LCLN_KEEP_SPARE);
  call = lua_touserdata(L, -1);
  if (call) {
    lua_pushnil(L);
    lua_rawseti(L, keep, LCLN_KEEP_SPARE);
    call->finished = false;
    call->ended_ms = 0;
    return call;
  }
  lua_pop(L, 1);
  call = lcln_new_box(L, sizeof(*call), LCLN_CALL);
  cln_request_init(&call->request);
  cln_buffer_init_secret(&call->authorization, LCLN_LINE_MAX_BYTES);
  call->session = session;
  call->owner = session->transport;
  lua_pushvalue(L, keep);
  lcln_set_companion(L, -2);
  return call;
}

static enum cln_status add_id(struct lcln_call *call)
{
  static const char name[] = "X-Request-Id: ";
  char line[sizeof(name) + CLN_UUID_LEN];

  cln_random_uuid(&call->session->random, call->id);
  memcpy(line, name, sizeof(name) - 1);
  memcpy(line + sizeof(name) - 1, call->id, CLN_UUID_LEN + 1);
  return cln_request_lines(&call->request, line, sizeof(line), 1);
}

int Lcln_begin(lua_State *L);

/*
 * session:begin(operation, params, bound, options)
 *   -> call, request id, warnings (a table, or nil)
 *   -> nil, reason, key, path, message      refused, nothing was sent
 */
int Lcln_begin(lua_State *L)
{
  struct lcln_session *session = lcln_check_session(L, 1);
  struct lcln_operation *operation =
      lcln_check(L, 2, LCLN_OPERATION, "operation expected");
  struct lcln_refusal refusal;
  enum cln_status status;
  struct lcln_call *call;
  int companion, warnings;

  lua_settop(L, 5);
  lcln_push_companion(L, 1);
  call = push_call(L, session, 6);
  lua_replace(L, 6);
  call->started_ms = cln_now_ms();
  call->anonymous = operation->anonymous;

  lcln_push_companion(L, 2);
  companion = lua_gettop(L);
  if (!lcln_build(L, session, operation, companion, &call->request, &warnings,
                  &refusal)) {
    cln_request_reset(&call->request); /* its files are closed at once */
    return push_refusal(L, &refusal);
  }
  read_options(L, call, operation);
  status = add_id(call);
  if (status != CLN_OK) {
    lcln_raise_nomem(L, status);
    refusal.reason = "header";
    cln_fail(&refusal.error, status, "the headers are too large");
    return push_refusal(L, &refusal);
  }
  session->calls++;
  lua_pushvalue(L, 6);
  lua_pushlstring(L, call->id, CLN_UUID_LEN);
  if (warnings == 0 || lcln_length(L, warnings) == 0)
    return 2;
  lua_pushvalue(L, warnings);
  return 3;
}

static struct cln_token_store *store_of(const struct lcln_call *call)
{
  return call->session->store ? &call->session->store->store : NULL;
}

static long long server_time_s(const struct cln_response *response)
{
  struct cln_span date = cln_response_header(response, "Date");
  long long now_s = date.text ? cln_httpdate_parse(date.text, date.len) : -1;

  return now_s >= 0 ? now_s : (long long)time(NULL);
}

/* Hands the ended exchange to the state machine. */
static void judge(struct lcln_call *call, long long now_ms)
{
  const struct cln_exchange *exchange = call->exchange;
  struct cln_attempt attempt;
  struct cln_span retry_after;

  attempt.status = exchange->status;
  attempt.http_status = exchange->response.http_status;
  attempt.written = exchange->written;
  attempt.stale_connection = exchange->stale_connection;
  attempt.permanent = exchange->permanent;
  attempt.retry_after_ms = -1;
  if (exchange->status == CLN_OK && attempt.http_status >= 300) {
    retry_after = cln_response_header(&exchange->response, "Retry-After");
    if (retry_after.text)
      attempt.retry_after_ms =
          cln_retry_after_ms(retry_after.text, retry_after.len,
                             server_time_s(&exchange->response));
  }
  call->flying = false;
  cln_call_attempt_over(&call->state, &attempt, call->generation, now_ms);
  call->session->attempts++;
  if (call->state.attempts > 1)
    call->session->retries++;
}

/*
 * call:next(), the first a value of core.action
 *   -> attempt, generation of the token, its number
 *                                          then start(), wait, next()
 *   -> wait, seconds                       then wait, next()
 *   -> token, generation, optional         newer than that; token_over()
 *   -> done
 */
static int Lcln_call_next(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  struct cln_token_store *store = store_of(call);
  long long now_ms = cln_now_ms();

  if (call->flying && call->exchange->done)
    judge(call, now_ms);
  switch (cln_call_next(&call->state, store, now_ms)) {
  case CLN_ATTEMPT:
    lua_pushinteger(L, CLN_ATTEMPT);
    lua_pushinteger(
        L, store && !call->anonymous ? (lua_Integer)store->generation : 0);
    lua_pushinteger(L, call->state.attempts + 1);
    return 3;
  case CLN_WAIT:
    lua_pushinteger(L, CLN_WAIT);
    lua_pushnumber(L, (lua_Number)(call->state.wait_until_ms - now_ms) / 1000);
    return 2;
  case CLN_TOKEN:
    lua_pushinteger(L, CLN_TOKEN);
    lua_pushinteger(L, (lua_Integer)call->state.token_generation);
    lua_pushboolean(L, call->state.token_optional);
    return 3;
  default:
    if (call->ended_ms == 0)
      call->ended_ms = now_ms;
    lua_pushinteger(L, CLN_DONE);
    return 1;
  }
}

/* The header line that proves who is calling. */
static enum cln_status authorize(struct lcln_call *call,
                                 struct cln_error *error)
{
  struct lcln_session *session = call->session;
  struct cln_token_store *store = store_of(call);

  cln_buffer_reset(&call->authorization);
  if (call->anonymous)
    return CLN_OK;
  if (session->signs) {
    char nonce[CLN_UUID_LEN + 1];
    cln_random_uuid(&session->random, nonce);
    return cln_hmac_sign(&session->hmac, &call->request, (long long)time(NULL),
                         nonce, &call->authorization, error);
  }
  if (!store)
    return CLN_OK;
  call->generation = store->generation;
  return cln_buffer_append(&call->authorization, store->line.data,
                           store->line.len);
}

/* call:start() -> true | nil, kind, message (the call is then over) */
static int Lcln_call_start(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  struct cln_exchange_options options;
  struct cln_exchange *former = call->exchange;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status;
  long long left_ms = call->state.options.deadline_ms - cln_now_ms();

  if (!call->session->open || !call->owner->transport)
    return luaL_error(L, "client is closed");
  call->exchange = NULL;
  cln_exchange_release(former);
  options.timeout_ms = left_ms > 0 ? (long)left_ms : 1;
  options.connect_ms = call->connect_ms;
  options.idle_ms = call->idle_ms;
  options.max_body_bytes = call->session->max_body_bytes;
  options.fresh_connection = call->state.fresh_connection;
  options.direct = call->session->direct;
  options.sink = call->sink;
  status = call->sink ? cln_sink_begin(call->sink, &error) : CLN_OK;
  if (status == CLN_OK)
    status = authorize(call, &error);
  if (status == CLN_TOO_LARGE)
    status = CLN_CONFIG; /* nothing was sent, and nothing will be */
  if (status == CLN_OK)
    status = cln_transport_start(
        call->owner->transport, &call->request,
        call->authorization.len > 0 ? call->authorization.data : NULL,
        &options, &call->exchange, &error);
  if (status != CLN_OK) {
    cln_call_end(&call->state, status);
    return lcln_push_failure(L, status, &error);
  }
  call->flying = true;
  lua_pushboolean(L, 1);
  return 1;
}

static int Lcln_call_drive(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);

  if (!call->exchange) {
    lua_pushboolean(L, 1);
    return 1;
  }
  return lcln_drive(L, call->owner, call->exchange);
}

static enum cln_status status_argument(lua_State *L, int index)
{
  static const char *const names[] = {
#define CLN_X(symbol, name) name,
      CLN_STATUS_MAP(CLN_X)
#undef CLN_X
          NULL};

  return (enum cln_status)luaL_checkoption(L, index, "ok", names);
}

/* call:token_over(kind or nil): a token was had, or why not. */
static int Lcln_call_token_over(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);

  cln_call_token_over(&call->state, status_argument(L, 2));
  return 0;
}

/* call:stop(kind): ends it from outside; what was under way is cut. */
static int Lcln_call_stop(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  struct cln_exchange *exchange = call->exchange;

  cln_call_end(&call->state, status_argument(L, 2));
  if (call->flying) {
    call->flying = false;
    call->exchange = NULL;
    cln_exchange_release(exchange);
  }
  return 0;
}

/* After the exchange, which writes to it. */
static void drop_sink(struct lcln_call *call)
{
  struct cln_sink *sink = call->sink;

  call->sink = NULL;
  cln_sink_free(sink);
}

static int Lcln_call_gc(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  struct cln_exchange *exchange = call->exchange;

  call->exchange = NULL;
  call->flying = false;
  cln_exchange_release(exchange);
  drop_sink(call);
  cln_request_free(&call->request);
  cln_buffer_free(&call->authorization);
  return 0;
}

/* call:finish(): the connection goes back at once; the call itself, wiped,
   serves the next one of its session. Nobody may use it after that. */
static int Lcln_call_finish(lua_State *L)
{
  struct lcln_call *call = lcln_check_call(L);
  struct cln_exchange *exchange = call->exchange;

  if (call->finished)
    return 0;
  call->finished = true;
  call->flying = false;
  call->exchange = NULL;
  cln_exchange_release(exchange);
  drop_sink(call);
  if (call->request.body.cap > MAX_SPARE_BYTES)
    cln_request_free(&call->request);
  cln_request_reset(&call->request);
  cln_buffer_reset(&call->authorization);
  lcln_push_companion(L, 1);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, LCLN_KEEP_SPARE);
  return 0;
}

const luaL_Reg lcln_call_methods[] = {
    {"next", Lcln_call_next},         {"start", Lcln_call_start},
    {"drive", Lcln_call_drive},       {"token_over", Lcln_call_token_over},
    {"stop", Lcln_call_stop},         {"id", Lcln_call_id},
    {"progress", Lcln_call_progress}, {"deadline", Lcln_call_deadline},
    {"request", Lcln_call_request},   {"result", Lcln_call_result},
    {"verdict", Lcln_call_verdict},   {"finish", Lcln_call_finish},
    {"__gc", Lcln_call_gc},           {NULL, NULL}};
