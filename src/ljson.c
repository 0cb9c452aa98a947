/*
 * See ljson.h: the decoding half. lua-cjson builds the values; the marks of
 * the scan then repair what it lost, walking only to the places they name.
 */
#include "ljson.h"

#include <string.h>

/* Pushes the key (or position) of a mark's place. */
static void push_place(lua_State *L, const struct cln_jmark *mark,
                       const char *text)
{
  if (mark->index > 0) {
    lua_pushinteger(L, (lua_Integer)mark->index);
  } else if (mark->key_escaped) {
    char *key = lua_newuserdata(L, mark->key_len + 1);
    size_t len = cln_jscan_unescape(key, text + mark->key, mark->key_len);
    lua_pushlstring(L, key, len);
    lua_remove(L, -2);
  } else {
    lua_pushlstring(L, text + mark->key, mark->key_len);
  }
}

/* Pushes the table `field` in the metatable that the table on top has for
   itself, making what is missing. Arrays share one until they need more. */
static void push_own_mark(lua_State *L, const char *field)
{
  bool array = false;
  bool own = false;

  if (lua_getmetatable(L, -1)) {
    array = lua_rawequal(L, -1, lua_upvalueindex(LCLN_ARRAY));
    own = !array;
    if (array)
      lua_pop(L, 1);
  }
  if (!own) {
    lua_newtable(L);
    if (array) {
      lua_pushboolean(L, 1);
      lua_setfield(L, -2, LCLN_MARK_ARRAY);
    }
    lua_pushvalue(L, -1);
    lua_setmetatable(L, -3);
  }
  lua_getfield(L, -1, field);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, field);
  }
  lua_remove(L, -2);
}

static void repair_null(lua_State *L, const struct cln_jmark *mark,
                        const char *text)
{
  push_own_mark(L, LCLN_MARK_NULLS);
  push_place(L, mark, text);
  lua_pushvalue(L, -1);
  lua_pushboolean(L, 1);
  lua_rawset(L, -4);
  lua_remove(L, -2); /* the set */
  lua_pushnil(L);
  lua_rawset(L, -3);
}

/* Whether the array on top holds a string of its own that is equal to the
   text below it; numbers is the NUMBERS table's index. */
static bool has_equal_string(lua_State *L, int array, int numbers, int text)
{
  size_t count = lcln_length(L, array);
  size_t i;

  for (i = 1; i <= count; i++) {
    bool equal;
    lua_rawgeti(L, array, (int)i);
    lua_rawgeti(L, numbers, (int)i);
    equal = lua_isnil(L, -1) && lua_rawequal(L, -2, text);
    lua_pop(L, 2);
    if (equal)
      return true;
  }
  return false;
}

static void repair_text(lua_State *L, const struct cln_jmark *mark,
                        const char *text)
{
  int table = lua_gettop(L);
  int numbers = table + 1;
  int literal = table + 2;

  push_own_mark(L, LCLN_MARK_NUMBERS);
  lua_pushlstring(L, text + mark->literal, mark->literal_len);
  push_place(L, mark, text);
  lua_pushvalue(L, literal);
  lua_rawset(L, numbers);
  if (mark->index > 0 && !has_equal_string(L, table, numbers, literal)) {
    lua_pushvalue(L, literal);
    lua_pushboolean(L, 1);
    lua_rawset(L, numbers);
  }
  push_place(L, mark, text);
  lua_pushvalue(L, literal);
  lua_rawset(L, table);
  lua_settop(L, table);
}

/* A root scalar: replaces the value on top. */
static void repair_root(lua_State *L, const struct cln_jmark *mark,
                        const char *text)
{
  lua_pop(L, 1);
  if (mark->kind == CLN_JMARK_INTEGER)
    lua_pushinteger(L, (lua_Integer)mark->integer);
  else if (mark->kind == CLN_JMARK_MINUS_ZERO)
    lua_pushnumber(L, -0.0);
  else
    lua_pushlstring(L, text + mark->literal, mark->literal_len);
}

static void repair(lua_State *L, const struct cln_jmark *mark,
                   const char *text)
{
  if (mark->in_root && mark->kind != CLN_JMARK_ARRAY) {
    repair_root(L, mark, text);
    return;
  }
  switch (mark->kind) {
  case CLN_JMARK_ENTER:
    luaL_checkstack(L, 8, "answer is too deep");
    push_place(L, mark, text);
    lua_rawget(L, -2);
    break;
  case CLN_JMARK_LEAVE:
    lua_pop(L, 1);
    break;
  case CLN_JMARK_ARRAY:
    lua_pushvalue(L, lua_upvalueindex(LCLN_ARRAY));
    lua_setmetatable(L, -2);
    break;
  case CLN_JMARK_NULL:
    repair_null(L, mark, text);
    break;
  case CLN_JMARK_INTEGER:
    push_place(L, mark, text);
    lua_pushinteger(L, (lua_Integer)mark->integer);
    lua_rawset(L, -3);
    break;
  case CLN_JMARK_MINUS_ZERO:
    push_place(L, mark, text);
    lua_pushnumber(L, -0.0);
    lua_rawset(L, -3);
    break;
  case CLN_JMARK_TEXT:
    repair_text(L, mark, text);
    break;
  }
}

enum cln_status lcln_decode(lua_State *L, int index, struct cln_jscan *scan,
                            const struct lcln_json_options *options,
                            size_t *duplicates, struct cln_error *error)
{
  struct cln_jscan_options scan_options;
  const struct cln_jmark *marks;
  enum cln_status status;
  const char *text;
  size_t start, count, len, i;
  int code;

  index = lcln_absolute(L, index);
  text = lua_tolstring(L, index, &len);
  scan_options.max_depth = options->max_depth;
  scan_options.mark_nulls = !options->null_sentinel;
  scan_options.wide_integers = LCLN_HAS_INTEGERS;
  scan_options.mark_integers =
      LCLN_HAS_INTEGERS &&
      (lua_tointeger(L, lua_upvalueindex(LCLN_CJSON_FLAGS)) &
       LCLN_CJSON_FLOATS) != 0;
  scan_options.mark_minus_zero = !scan_options.mark_integers;
  *duplicates = 0;
  status = cln_jscan_run(scan, text, len, &scan_options, error);
  if (status != CLN_OK)
    return status;

  luaL_checkstack(L, 16, "answer is too deep");
  start = cln_jscan_start(scan);
  lua_pushvalue(L, lua_upvalueindex(LCLN_DECODE));
  if (start > 0)
    lua_pushlstring(L, text + start, len - start);
  else
    lua_pushvalue(L, index);
  code = lua_pcall(L, 1, 1, 0);
  if (code == LUA_ERRMEM)
    return CLN_NOMEM;
  if (code != 0) {
    lua_pop(L, 1); /* lua-cjson's message may quote the text */
    return cln_fail(error, CLN_JSON, "lua-cjson could not read the answer");
  }
  *duplicates = cln_jscan_duplicates(scan);
  marks = cln_jscan_marks(scan, &count);
  for (i = 0; i < count; i++)
    repair(L, &marks[i], text);
  return CLN_OK;
}
