/* See lbind.h. */
#include "lbind.h"

#include <string.h>

void *lcln_new_box(lua_State *L, size_t size, enum lcln_upvalue type)
{
  void *box = lua_newuserdata(L, size);

  memset(box, 0, size);
  lua_pushvalue(L, lua_upvalueindex((int)type));
  lua_setmetatable(L, -2);
  return box;
}

void lcln_raise_nomem(lua_State *L, enum cln_status status)
{
  if (status == CLN_NOMEM)
    luaL_error(L, "not enough memory");
}

int lcln_push_failure(lua_State *L, enum cln_status status,
                      const struct cln_error *error)
{
  lcln_raise_nomem(L, status);
  lua_pushnil(L);
  lua_pushstring(L, cln_status_name(status));
  lua_pushstring(L, error->message);
  return 3;
}

double lcln_number_field(lua_State *L, int index, const char *key,
                         double otherwise)
{
  double value = otherwise;

  lua_getfield(L, index, key);
  if (lua_type(L, -1) == LUA_TNUMBER)
    value = (double)lua_tonumber(L, -1);
  lua_pop(L, 1);
  return value;
}

int lcln_boolean_field(lua_State *L, int index, const char *key, int otherwise)
{
  int value = otherwise;

  lua_getfield(L, index, key);
  if (!lua_isnil(L, -1))
    value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

const char *lcln_text_field(lua_State *L, int index, const char *key,
                            size_t *len)
{
  const char *text = NULL;

  lua_getfield(L, index, key);
  if (lua_type(L, -1) == LUA_TSTRING)
    text = lua_tolstring(L, -1, len);
  lua_pop(L, 1);
  return text;
}
