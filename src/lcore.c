/*
 * The module clinone.core. Loading it makes metatables, asks for lua-cjson
 * and learns what it can do; it does no other I/O, reads no environment and
 * initialises nothing outside the Lua state.
 */
#include "call.h"
#include "lfile.h"
#include "ljson.h"

int CLN_EXPORT luaopen_clinone_core(lua_State *L);

struct group {
  const char *name;          /* field of the module table */
  const luaL_Reg *functions; /* its functions */
};

/* Pushes decode of a private lua-cjson instance and what it is like. */
static void push_cjson(lua_State *L)
{
  int top = lua_gettop(L);
  int flags = 0;

  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "new");
  lua_call(L, 0, 1);
  lua_remove(L, top + 1); /* the shared instance is not ours to set */

  /* Depth is the scan's to judge; the parser must only not be stricter. */
  lua_getfield(L, -1, "decode_max_depth");
  lua_pushinteger(L, LCLN_MAX_DEPTH);
  lua_call(L, 1, 0);

  lua_getfield(L, top + 1, "decode");
  lua_pushvalue(L, -1);
  lua_pushliteral(L, "[1]");
  lua_call(L, 1, 1);
  lua_rawgeti(L, -1, 1);
  if (LCLN_HAS_INTEGERS && !lcln_is_integer(L, -1))
    flags |= LCLN_CJSON_FLOATS;
  lua_pop(L, 2);
  lua_pushinteger(L, flags);

  /* OpenResty's fork marks arrays with a metatable of its own and has a value
     for the empty one: take both as ours, so that either side understands
     the other. */
  lua_getfield(L, top + 1, "array_mt");
  if (!lua_istable(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushliteral(L, "clinone.array");
    lua_setfield(L, -2, "__name");
  }
  lua_getfield(L, top + 1, "empty_array");
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_pushboolean(L, 0);
  }
  lua_remove(L, top + 1);
}

/* The answers of call:next(), by name. */
static void push_actions(lua_State *L)
{
  static const struct {
    const char *name;
    enum cln_action action;
  } actions[] = {{"attempt", CLN_ATTEMPT},
                 {"wait", CLN_WAIT},
                 {"token", CLN_TOKEN},
                 {"done", CLN_DONE}};
  size_t i;

  lua_newtable(L);
  for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
    lua_pushinteger(L, actions[i].action);
    lua_setfield(L, -2, actions[i].name);
  }
}

static void push_upvalues(lua_State *L, int first)
{
  int i;

  for (i = 0; i < LCLN_UPVALUES; i++)
    lua_pushvalue(L, first + i);
}

/* The metatable at `metatable` gets its methods; __index is itself. */
static void fill_metatable(lua_State *L, int metatable,
                           const luaL_Reg *methods, int first)
{
  lua_pushvalue(L, metatable);
  push_upvalues(L, first);
  lcln_register(L, methods, LCLN_UPVALUES);
  lua_setfield(L, metatable, "__index");
  lua_pushboolean(L, 0); /* scripts cannot reach into it */
  lua_setfield(L, metatable, "__metatable");
}

int luaopen_clinone_core(lua_State *L)
{
  static const luaL_Reg constructors[] = {
      {"transport", Lcln_transport}, {"store", Lcln_store},
      {"session", Lcln_session},     {"operation", Lcln_operation},
      {"file", Lcln_file},           {NULL, NULL}};
  const struct group groups[] = {{"json", lcln_json_functions},
                                 {"text", lcln_text_functions},
                                 {"system", lcln_system_functions}};
  const luaL_Reg *const methods[] = {
      lcln_transport_methods, lcln_timer_methods,     lcln_store_methods,
      lcln_session_methods,   lcln_operation_methods, lcln_call_methods,
      lcln_scan_methods,      lcln_buffer_methods,    lcln_file_methods};
  const size_t types = sizeof(methods) / sizeof(methods[0]);
  int first;
  size_t i;

  lua_settop(L, 0);
  luaL_checkstack(L, 3 * LCLN_UPVALUES, "clinone.core");
  first = 1;
  for (i = 0; i < types; i++)
    lua_newtable(L);
  push_cjson(L);
  lua_newtable(L); /* LCLN_RESPONSE: filled in by the Lua layer */
  for (i = 0; i < types; i++)
    fill_metatable(L, first + (int)i, methods[i], first);

  lua_newtable(L);
  push_upvalues(L, first);
  lcln_register(L, constructors, LCLN_UPVALUES);
  for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
    lua_newtable(L);
    push_upvalues(L, first);
    lcln_register(L, groups[i].functions, LCLN_UPVALUES);
    lua_setfield(L, -2, groups[i].name);
  }
  lua_pushliteral(L, CLN_VERSION);
  lua_setfield(L, -2, "version");
  lua_pushvalue(L, first + LCLN_CALL - 1);
  lua_setfield(L, -2, "call");
  push_actions(L);
  lua_setfield(L, -2, "action");
  lua_pushlightuserdata(L, NULL);
  lua_setfield(L, -2, "null");
  lua_pushvalue(L, first + LCLN_RESPONSE - 1);
  lua_setfield(L, -2, "response");
  lua_pushvalue(L, first + LCLN_ARRAY - 1);
  lua_setfield(L, -2, "array_mark");
  return 1;
}
