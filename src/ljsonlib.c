/* JSON as Lua functions, for the Lua layer and its own documents: core.json.
   A scratch of its own per call: these are not on the way of a call. */
#include "jmembers.h"
#include "ljson.h"

#define MAX_TEXT_BYTES ((size_t)1 << 30)

/* json.decode(text, max_depth, null_sentinel)
   -> value, duplicates | nil, kind, message */
static int Lcln_json_decode(lua_State *L)
{
  struct lcln_json_options options;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status;
  struct cln_jscan **scan;
  size_t duplicates;

  luaL_checkstring(L, 1);
  options.max_depth = (int)luaL_optinteger(L, 2, 128);
  options.null_sentinel = lua_toboolean(L, 3);
  scan = lcln_new_box(L, sizeof(*scan), LCLN_SCAN);
  *scan = cln_jscan_new();
  if (!*scan)
    lcln_raise_nomem(L, CLN_NOMEM);
  status = lcln_decode(L, 1, *scan, &options, &duplicates, &error);
  if (status != CLN_OK)
    return lcln_push_failure(L, status, &error);
  lua_pushnumber(L, (lua_Number)duplicates);
  return 2;
}

/* json.encode(value, max_depth) -> text | nil, message, path */
static int Lcln_json_encode(lua_State *L)
{
  struct lcln_json_path path;
  struct cln_error error = {CLN_OK, ""};
  struct cln_buffer *out;
  enum cln_status status;
  int max_depth = (int)luaL_optinteger(L, 2, 128);

  luaL_checkany(L, 1);
  out = lcln_new_box(L, sizeof(*out), LCLN_BUFFER);
  cln_buffer_init(out, MAX_TEXT_BYTES);
  status = lcln_encode(L, 1, out, max_depth, false, &path, &error);
  lcln_raise_nomem(L, status);
  if (status != CLN_OK) {
    lua_pushnil(L);
    lua_pushstring(L, error.message);
    lua_pushstring(L, path.text);
    return 3;
  }
  lua_pushlstring(L, out->data ? out->data : "", out->len);
  return 1;
}

/* Pushes a member's key. */
static void push_key(lua_State *L, const struct cln_jmember *member)
{
  struct cln_buffer *plain;

  if (!member->key_escaped) {
    lua_pushlstring(L, member->key, member->key_len);
    return;
  }
  plain = lcln_new_box(L, sizeof(*plain), LCLN_BUFFER);
  cln_buffer_init(plain, MAX_TEXT_BYTES);
  lcln_raise_nomem(L, cln_buffer_append(plain, member->key, member->key_len));
  plain->len = cln_jscan_unescape(plain->data, member->key, member->key_len);
  lua_pushlstring(L, plain->data, plain->len);
  lua_remove(L, -2);
}

/* json.members(text, max_depth) -> {key = text of its value}
   | nil, kind, message */
static int Lcln_json_members(lua_State *L)
{
  struct cln_jmembers members;
  struct cln_jmember member;
  struct cln_error error = {CLN_OK, ""};
  enum cln_status status;
  size_t len;
  const char *text = luaL_checklstring(L, 1, &len);

  cln_jmembers_start(&members, text, len, (int)luaL_optinteger(L, 2, 128));
  lua_newtable(L);
  for (;;) {
    status = cln_jmembers_next(&members, &member, &error);
    if (status != CLN_OK)
      return lcln_push_failure(L, status, &error);
    if (!member.key)
      return 1;
    push_key(L, &member);
    lua_pushlstring(L, member.value, member.value_len);
    lua_rawset(L, -3);
  }
}

/* json.array(table or nil) -> the table, marked as an array */
static int Lcln_json_array(lua_State *L)
{
  lua_settop(L, 1);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_pushvalue(L, lua_upvalueindex(LCLN_ARRAY));
  lua_setmetatable(L, 1);
  return 1;
}

static int Lcln_scan_gc(lua_State *L)
{
  struct cln_jscan **scan = lua_touserdata(L, 1);

  cln_jscan_free(*scan);
  *scan = NULL;
  return 0;
}

static int Lcln_buffer_gc(lua_State *L)
{
  cln_buffer_free(lua_touserdata(L, 1));
  return 0;
}

const luaL_Reg lcln_json_functions[] = {{"decode", Lcln_json_decode},
                                        {"encode", Lcln_json_encode},
                                        {"members", Lcln_json_members},
                                        {"array", Lcln_json_array},
                                        {NULL, NULL}};

const luaL_Reg lcln_scan_methods[] = {{"__gc", Lcln_scan_gc}, {NULL, NULL}};
const luaL_Reg lcln_buffer_methods[] = {{"__gc", Lcln_buffer_gc},
                                        {NULL, NULL}};
