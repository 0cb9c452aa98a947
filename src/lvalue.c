/* See lvalue.h. */
#include "lvalue.h"

#include "jprint.h"
#include "lfile.h"

#define MAX_WHOLE 9007199254740992.0 /* 2^53: beyond it digits are lost */

static bool is_small_whole(double value)
{
  return value >= -MAX_WHOLE && value <= MAX_WHOLE &&
         value == (double)(long long)value;
}

const char *lcln_identifier_text(lua_State *L, int index, size_t *len)
{
  if (lua_type(L, index) == LUA_TNUMBER) {
    double value = (double)lua_tonumber(L, index);
    struct cln_buffer digits;
    enum cln_status status;
    if (!lcln_is_integer(L, index) &&
        (LCLN_HAS_INTEGERS || !is_small_whole(value)))
      return NULL;
    cln_buffer_init(&digits, 64);
    status =
        lcln_is_integer(L, index)
            ? cln_jprint_integer(&digits, (int64_t)lua_tointeger(L, index))
            : cln_jprint_number(&digits, value);
    if (status == CLN_OK) {
      lua_pushlstring(L, digits.data, digits.len);
      lua_replace(L, index);
    }
    cln_buffer_free(&digits);
    if (status != CLN_OK)
      return NULL;
  }
  if (lua_type(L, index) != LUA_TSTRING)
    return NULL;
  return lua_tolstring(L, index, len);
}

static const char *number_text(lua_State *L, int index, bool in_path)
{
  struct cln_buffer text;
  enum cln_status status;
  size_t len;

  if (lcln_identifier_text(L, index, &len))
    return NULL;
  if (in_path)
    return "it must be a string or an integer, not a float";
  cln_buffer_init(&text, 64);
  status = cln_jprint_number(&text, (double)lua_tonumber(L, index));
  if (status == CLN_OK) {
    lua_pushlstring(L, text.data, text.len);
    lua_replace(L, index);
  }
  cln_buffer_free(&text);
  return status == CLN_OK ? NULL : "it is NaN or infinite";
}

const char *lcln_scalar_text(lua_State *L, int index, bool in_path)
{
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    return NULL;
  case LUA_TNUMBER:
    return number_text(L, index, in_path);
  case LUA_TBOOLEAN:
    if (in_path)
      break;
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    lua_replace(L, index);
    return NULL;
  default:
    break;
  }
  return in_path ? "it must be a string or an integer"
                 : "it must be a string, a number or a boolean";
}

bool lcln_is_plain_text(const char *text, size_t len)
{
  size_t i;

  for (i = 0; i < len; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
      return false;
  return cln_utf8_valid_prefix(text, len) == len;
}

/* A file, or a list of nothing else. */
static bool is_file_or_files(lua_State *L, int index)
{
  bool all = true;
  size_t i;

  if (!lua_istable(L, index))
    return lcln_to_file(L, index) != NULL;
  for (i = lcln_length(L, index); i > 0 && all; i--) {
    lua_rawgeti(L, index, (int)i);
    all = lcln_to_file(L, lua_gettop(L)) != NULL;
    lua_pop(L, 1);
  }
  return all;
}

bool lcln_is_type(lua_State *L, int index, enum lcln_type type)
{
  int found = lua_type(L, index);

  if (found == LUA_TLIGHTUSERDATA)
    return true; /* clinone.null or empty_array; the printer looks closer */
  switch (type) {
  case LCLN_STRING:
    return found == LUA_TSTRING;
  case LCLN_INTEGER:
    return found == LUA_TNUMBER &&
           (lcln_is_integer(L, index) ||
            is_small_whole((double)lua_tonumber(L, index)));
  case LCLN_NUMBER:
    return found == LUA_TNUMBER;
  case LCLN_BOOLEAN:
    return found == LUA_TBOOLEAN;
  case LCLN_ARRAY_TYPE:
  case LCLN_OBJECT:
    return found == LUA_TTABLE;
  case LCLN_FILE_TYPE:
    return is_file_or_files(L, index);
  default:
    return true;
  }
}

const char *lcln_type_phrase(enum lcln_type type)
{
  static const char *const names[] = {
      "",          "a string", "an integer", "a number",
      "a boolean", "an array", "an object",  "a file (clinone.file(path))"};

  return names[type];
}
