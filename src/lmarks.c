/*
 * See ljson.h: what a decoded table remembers, asked when it goes back.
 * Only reads metatables, raw.
 */
#include "ljson.h"

bool lcln_push_nulls(lua_State *L, int index)
{
  if (!lua_getmetatable(L, index))
    return false;
  lua_pushliteral(L, LCLN_MARK_NULLS);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (lua_istable(L, -1))
    return true;
  lua_pop(L, 1);
  return false;
}

void lcln_push_numbers(lua_State *L, int index)
{
  if (!lua_getmetatable(L, index)) {
    lua_pushnil(L);
    return;
  }
  lua_pushliteral(L, LCLN_MARK_NUMBERS);
  lua_rawget(L, -2);
  lua_remove(L, -2);
}

bool lcln_is_marked_array(lua_State *L, int index)
{
  bool marked;

  if (!lua_getmetatable(L, index))
    return false;
  marked = lua_rawequal(L, -1, lua_upvalueindex(LCLN_ARRAY));
  if (!marked) {
    lua_pushliteral(L, LCLN_MARK_ARRAY);
    lua_rawget(L, -2);
    marked = lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return marked;
}

bool lcln_is_number_text(lua_State *L, int numbers, int key, int value)
{
  bool same;

  if (lua_isnil(L, numbers) || lua_type(L, value) != LUA_TSTRING)
    return false;
  lua_pushvalue(L, key);
  lua_rawget(L, numbers);
  same = lua_rawequal(L, -1, value);
  lua_pop(L, 1);
  if (!same && lua_type(L, key) == LUA_TNUMBER) {
    lua_pushvalue(L, value);
    lua_rawget(L, numbers);
    same = lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  return same;
}
