/*
 * The Lua C API's differences between 5.1, LuaJIT, 5.3 and 5.4, under our own
 * names. Only what the binding uses. Included by l*.c only.
 */
#ifndef CLN_COMPAT_H
#define CLN_COMPAT_H

#include <lauxlib.h>
#include <lua.h>

#include <stddef.h>

#if LUA_VERSION_NUM >= 503
#define LCLN_HAS_INTEGERS 1
#else
#define LCLN_HAS_INTEGERS 0
#endif

/* The userdata at index takes the table on top as its companion: what it
   keeps alive. Pops the table. (An environment in 5.1 and LuaJIT.) */
static inline void lcln_set_companion(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 503
  lua_setuservalue(L, index);
#else
  lua_setfenv(L, index);
#endif
}

static inline void lcln_push_companion(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 503
  lua_getuservalue(L, index);
#else
  lua_getfenv(L, index);
#endif
}

static inline size_t lcln_length(lua_State *L, int index)
{
#if LUA_VERSION_NUM >= 503
  return (size_t)lua_rawlen(L, index);
#else
  return lua_objlen(L, index);
#endif
}

/* A number of the integer subtype (5.3+); in 5.1 none is. */
static inline int lcln_is_integer(lua_State *L, int index)
{
#if LCLN_HAS_INTEGERS
  return lua_isinteger(L, index);
#else
  (void)L;
  (void)index;
  return 0;
#endif
}

static inline int lcln_absolute(lua_State *L, int index)
{
  return index > 0 || index <= LUA_REGISTRYINDEX ? index
                                                 : lua_gettop(L) + index + 1;
}

/* luaL_setfuncs of 5.2+: registers into the table below `count` upvalues,
   every function sharing copies of them; pops the upvalues. */
static inline void lcln_register(lua_State *L, const luaL_Reg *functions,
                                 int count)
{
  for (; functions->name; functions++) {
    int i;
    for (i = 0; i < count; i++)
      lua_pushvalue(L, -count);
    lua_pushcclosure(L, functions->func, count);
    lua_setfield(L, -(count + 2), functions->name);
  }
  lua_pop(L, count);
}

#endif
