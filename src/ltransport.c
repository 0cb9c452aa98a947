/*
 * The transport and its timers as Lua userdata. A transport is shared by
 * every client of equal configuration; its handle is closed when the last of
 * them lets go, or by the collector.
 */
#include "ltransport.h"

#define MAX_ENCODINGS_BYTES 256

int Lcln_transport(lua_State *L)
{
  struct cln_transport_options options;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status;
  struct lcln_transport *box;

  luaL_checktype(L, 1, LUA_TTABLE);
  box = lcln_new_box(L, sizeof(*box), LCLN_TRANSPORT);
  options.max_connections =
      (long)lcln_number_field(L, 1, "max_connections", 64);
  options.http2 = lcln_boolean_field(L, 1, "http2", 1);
  options.verify = lcln_boolean_field(L, 1, "verify", 1);
  options.ca_file = lcln_text_field(L, 1, "ca_file", NULL);
  options.client_cert = lcln_text_field(L, 1, "client_cert", NULL);
  options.client_key = lcln_text_field(L, 1, "client_key", NULL);
  options.client_key_password =
      lcln_text_field(L, 1, "client_key_password", NULL);
  options.proxy = lcln_text_field(L, 1, "proxy", NULL);
  status = cln_transport_new(&box->transport, &options, &error);
  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  return 1;
}

struct lcln_transport *lcln_check_transport(lua_State *L, int index)
{
  struct lcln_transport *box =
      lcln_check(L, index, LCLN_TRANSPORT, "transport expected");

  if (!box->transport)
    luaL_error(L, "client is closed");
  return box;
}

static int Lcln_transport_close(lua_State *L)
{
  struct lcln_transport *box =
      lcln_check(L, 1, LCLN_TRANSPORT, "transport expected");
  struct cln_transport *transport = box->transport;

  box->transport = NULL;
  cln_transport_free(transport);
  return 0;
}

static int Lcln_transport_stats(lua_State *L)
{
  struct lcln_transport *box = lcln_check_transport(L, 1);
  struct cln_transport_stats stats;

  cln_transport_stats(box->transport, &stats);
  lua_pushinteger(L, (lua_Integer)stats.opened);
  lua_pushinteger(L, (lua_Integer)stats.reused);
  lua_pushinteger(L, (lua_Integer)stats.active);
  return 3;
}

/* transport:encodings() -> value of an Accept-Encoding header */
static int Lcln_transport_encodings(lua_State *L)
{
  struct cln_buffer *out = lcln_new_box(L, sizeof(*out), LCLN_BUFFER);

  cln_buffer_init(out, MAX_ENCODINGS_BYTES);
  lcln_raise_nomem(L, cln_transport_encodings(out));
  lua_pushlstring(L, out->data, out->len);
  return 1;
}

/* transport:timer(seconds) -> handle */
static int Lcln_transport_timer(lua_State *L)
{
  struct lcln_transport *box = lcln_check_transport(L, 1);
  double seconds = (double)luaL_checknumber(L, 2);
  struct lcln_timer *timer = lcln_new_box(L, sizeof(*timer), LCLN_TIMER);

  lua_newtable(L);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, 1);
  lcln_set_companion(L, -2);
  timer->owner = box;
  lcln_raise_nomem(L, cln_transport_timer(box->transport,
                                          (long long)(seconds * 1000 + 0.999),
                                          &timer->exchange));
  return 1;
}

int lcln_drive(lua_State *L, struct lcln_transport *owner,
               const struct cln_exchange *exchange)
{
  bool done = exchange->done;

  if (!done && owner->transport)
    done = cln_transport_drive(owner->transport, exchange, LCLN_SLICE_MS);
  lua_pushboolean(L, done || exchange->done);
  return 1;
}

static int Lcln_timer_drive(lua_State *L)
{
  struct lcln_timer *timer = lcln_check(L, 1, LCLN_TIMER, "timer expected");

  if (!timer->exchange) {
    lua_pushboolean(L, 1);
    return 1;
  }
  return lcln_drive(L, timer->owner, timer->exchange);
}

static int Lcln_timer_gc(lua_State *L)
{
  struct lcln_timer *timer = lcln_check(L, 1, LCLN_TIMER, "timer expected");
  struct cln_exchange *exchange = timer->exchange;

  timer->exchange = NULL;
  cln_exchange_release(exchange);
  return 0;
}

const luaL_Reg lcln_transport_methods[] = {
    {"close", Lcln_transport_close},         {"stats", Lcln_transport_stats},
    {"encodings", Lcln_transport_encodings}, {"timer", Lcln_transport_timer},
    {"__gc", Lcln_transport_close},          {NULL, NULL}};

const luaL_Reg lcln_timer_methods[] = {
    {"drive", Lcln_timer_drive}, {"__gc", Lcln_timer_gc}, {NULL, NULL}};
