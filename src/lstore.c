/* The token store as Lua userdata. Never gives the token back. */
#include "lsession.h"

#define MAX_LIFETIME_S (10.0 * 365 * 86400) /* whatever an answer claims */

int Lcln_store(lua_State *L)
{
  struct lcln_store *box = lcln_new_box(L, sizeof(*box), LCLN_STORE);

  cln_token_store_init(&box->store);
  return 1;
}

static struct cln_token_store *check_store(lua_State *L)
{
  struct lcln_store *box = lcln_check(L, 1, LCLN_STORE, "store expected");

  return &box->store;
}

/* store:set(token, lifetime_s or nil, jitter) -> true | nil, kind, message */
static int Lcln_store_set(lua_State *L)
{
  struct cln_token_store *store = check_store(L);
  size_t len;
  const char *token = luaL_checklstring(L, 2, &len);
  double given_s = (double)luaL_optnumber(L, 3, -1);
  double lifetime_s = given_s < MAX_LIFETIME_S ? given_s : MAX_LIFETIME_S;
  double jitter = (double)luaL_optnumber(L, 4, 0);
  struct cln_error error;
  enum cln_status status = cln_token_store_set(
      store, token, len, lifetime_s < 0 ? -1 : (long long)(lifetime_s * 1000),
      jitter, cln_now_ms(), &error);

  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  lua_pushboolean(L, 1);
  return 1;
}

static int Lcln_store_drop(lua_State *L)
{
  cln_token_store_drop(check_store(L));
  return 0;
}

static int Lcln_store_postpone(lua_State *L)
{
  struct cln_token_store *store = check_store(L);
  double delay_s = (double)luaL_checknumber(L, 2);

  cln_token_store_postpone(store, (long long)(delay_s * 1000), cln_now_ms());
  return 0;
}

/* store:state() -> "none"|"fresh"|"aging"|"expired", generation,
   seconds left or nil */
static int Lcln_store_state(lua_State *L)
{
  static const char *const names[] = {"none", "fresh", "aging", "expired"};
  struct cln_token_store *store = check_store(L);
  long long now_ms = cln_now_ms();

  lua_pushstring(L, names[cln_token_store_state(store, now_ms)]);
  lua_pushinteger(L, (lua_Integer)store->generation);
  if (store->line.len == 0 || store->forever)
    return 2;
  lua_pushnumber(L, (lua_Number)(store->expires_at_ms - now_ms) / 1000);
  return 3;
}

static int Lcln_store_gc(lua_State *L)
{
  cln_token_store_free(check_store(L));
  return 0;
}

const luaL_Reg lcln_store_methods[] = {
    {"set", Lcln_store_set},           {"drop", Lcln_store_drop},
    {"postpone", Lcln_store_postpone}, {"state", Lcln_store_state},
    {"__gc", Lcln_store_gc},           {NULL, NULL}};
