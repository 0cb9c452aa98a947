/*
 * See ljson.h: the encoding half. Walks Lua values and prints them through
 * jprint, checking as it goes; keys come out sorted, so that equal records
 * are equal bytes. Raw access only: no metamethod runs. Scratch lives on the
 * Lua stack, so that an error raised for lack of memory leaks nothing.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "jprint.h"
#include "lfile.h"
#include "ljson.h"

#define TOO_MANY_KEYS ((size_t)-1) /* more than Lua's stack holds */
#define FEW_KEYS      16           /* sorted on the C stack up to here */

struct key {
  const char *text; /* owned by the Lua string on the stack */
  size_t len;       /* bytes */
  int at;           /* stack index of the key */
};

/* The tables on the way down, to tell a cycle from a deep nesting. */
struct level {
  const void *table;         /* identity */
  const struct level *above; /* NULL at the root */
};

struct encoder {
  lua_State *L;
  struct cln_buffer *out;
  struct lcln_json_path *path;
  struct cln_error *error;
  int max_depth;
};

static enum cln_status encode(struct encoder *encoder, int index, int depth,
                              const struct level *above, bool as_array);

void lcln_path_prepend(struct lcln_json_path *path, const char *key,
                       size_t index)
{
  char part[80];
  size_t len, old = strlen(path->text);

  if (key) {
    const char *dot = old > 0 && path->text[0] != '[' ? "." : "";
    size_t shown = cln_utf8_valid_prefix(key, strnlen(key, 60));
    len = strlen(dot);
    memcpy(part, key, shown);
    memcpy(part + shown, dot, len);
    len += shown;
  } else {
    const char *dot = old > 0 && path->text[0] != '[' ? "." : "";
    char digits[24];
    int at = (int)sizeof(digits);
    size_t count;
    do {
      digits[--at] = (char)('0' + index % 10);
      index /= 10;
    } while (index > 0);
    count = sizeof(digits) - (size_t)at;
    part[0] = '[';
    memcpy(part + 1, digits + at, count);
    part[count + 1] = ']';
    len = count + 2 + strlen(dot);
    if (*dot)
      part[count + 2] = '.';
  }
  if (old + len >= sizeof(path->text))
    old = sizeof(path->text) - 1 - len;
  memmove(path->text + len, path->text, old);
  memcpy(path->text, part, len);
  path->text[old + len] = '\0';
}

static enum cln_status fail(struct encoder *encoder, const char *message)
{
  return cln_fail(encoder->error, CLN_VALIDATION, "%s", message);
}

static enum cln_status append_raw(struct encoder *encoder, int index)
{
  size_t len;
  const char *text = lua_tolstring(encoder->L, index, &len);

  return cln_buffer_append(encoder->out, text, len);
}

/* The element on top of the stack, under the key below it. */
static enum cln_status encode_member(struct encoder *encoder, int numbers,
                                     int depth, const struct level *above)
{
  lua_State *L = encoder->L;
  int value = lua_gettop(L);

  if (lcln_is_number_text(L, numbers, value - 1, value))
    return append_raw(encoder, value);
  return encode(encoder, value, depth, above, false);
}

static enum cln_status encode_array(struct encoder *encoder, int index,
                                    size_t count, int depth,
                                    const struct level *above)
{
  lua_State *L = encoder->L;
  enum cln_status status = cln_buffer_append_char(encoder->out, '[');
  int numbers;
  size_t i;

  lcln_push_numbers(L, index);
  numbers = lua_gettop(L);
  for (i = 1; i <= count && status == CLN_OK; i++) {
    if (i > 1)
      status = cln_buffer_append_char(encoder->out, ',');
    lua_pushinteger(L, (lua_Integer)i);
    lua_rawgeti(L, index, (int)i);
    if (status == CLN_OK)
      status = encode_member(encoder, numbers, depth, above);
    if (status != CLN_OK)
      lcln_path_prepend(encoder->path, NULL, i);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
  if (status == CLN_OK)
    status = cln_buffer_append_char(encoder->out, ']');
  return status;
}

static int compare_keys(const void *left, const void *right)
{
  const struct key *a = left;
  const struct key *b = right;
  size_t shared = a->len < b->len ? a->len : b->len;
  int order = memcmp(a->text, b->text, shared);

  if (order != 0)
    return order;
  return a->len < b->len ? -1 : a->len > b->len;
}

/* Most records have few keys: no call of a comparison through a pointer. */
static void sort_keys(struct key *keys, size_t count)
{
  size_t i, j;

  if (count > FEW_KEYS) {
    qsort(keys, count, sizeof(*keys), compare_keys);
    return;
  }
  for (i = 1; i < count; i++) {
    struct key key = keys[i];
    for (j = i; j > 0 && compare_keys(&keys[j - 1], &key) > 0; j--)
      keys[j] = keys[j - 1];
    keys[j] = key;
  }
}

/* Pushes every key of the object, and those it remembers as null and that
   are still unset. Returns how many. */
static size_t push_keys(lua_State *L, int index)
{
  size_t count = 0;
  int nulls;

  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (!lua_checkstack(L, 8))
      return TOO_MANY_KEYS;
    lua_pushvalue(L, -1); /* one stays, one goes on the walk */
    count++;
  }
  if (!lcln_push_nulls(L, index))
    return count;
  nulls = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, nulls) != 0) {
    bool unset;
    lua_pop(L, 1);
    if (!lua_checkstack(L, 8))
      return TOO_MANY_KEYS;
    lua_pushvalue(L, -1);
    lua_rawget(L, index);
    unset = lua_isnil(L, -1);
    lua_pop(L, 1);
    if (unset) {
      lua_pushvalue(L, -1);
      lua_insert(L, nulls); /* below the set, among the keys */
      nulls++;
      count++;
    }
  }
  lua_remove(L, nulls);
  return count;
}

static enum cln_status encode_pairs(struct encoder *encoder, int index,
                                    const struct key *keys, size_t count,
                                    int depth, const struct level *above)
{
  lua_State *L = encoder->L;
  struct cln_buffer *out = encoder->out;
  enum cln_status status = CLN_OK;
  int numbers;
  size_t i;

  lcln_push_numbers(L, index);
  numbers = lua_gettop(L);
  for (i = 0; i < count && status == CLN_OK; i++) {
    if (i > 0)
      status = cln_buffer_append_char(out, ',');
    if (status == CLN_OK) {
      status = cln_jprint_string(out, keys[i].text, keys[i].len);
      if (status == CLN_VALIDATION)
        fail(encoder, "a key is not valid UTF-8");
    }
    if (status == CLN_OK)
      status = cln_buffer_append_char(out, ':');
    lua_pushvalue(L, keys[i].at);
    lua_pushvalue(L, keys[i].at);
    lua_rawget(L, index);
    if (status == CLN_OK)
      status = lua_isnil(L, -1)
                   ? cln_buffer_append(out, "null", 4)
                   : encode_member(encoder, numbers, depth, above);
    if (status != CLN_OK)
      lcln_path_prepend(encoder->path, keys[i].text, 0);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
  return status;
}

static enum cln_status encode_object(struct encoder *encoder, int index,
                                     int depth, const struct level *above)
{
  lua_State *L = encoder->L;
  int top = lua_gettop(L);
  size_t count = push_keys(L, index);
  struct key few[FEW_KEYS];
  struct key *keys = few;
  enum cln_status status = CLN_OK;
  size_t i;

  if (count == TOO_MANY_KEYS) {
    lua_settop(L, top);
    return fail(encoder, "an object has more keys than this Lua can sort");
  }
  if (count > FEW_KEYS)
    keys = lua_newuserdata(L, count * sizeof(*keys));
  for (i = 0; i < count; i++) {
    keys[i].at = top + 1 + (int)i;
    if (lua_type(L, keys[i].at) != LUA_TSTRING) {
      lua_settop(L, top);
      return fail(encoder, "a table has both named and numbered entries, or "
                           "holes, and is neither an object nor an array");
    }
    keys[i].text = lua_tolstring(L, keys[i].at, &keys[i].len);
  }
  sort_keys(keys, count);
  status = cln_buffer_append_char(encoder->out, '{');
  if (status == CLN_OK)
    status = encode_pairs(encoder, index, keys, count, depth, above);
  if (status == CLN_OK)
    status = cln_buffer_append_char(encoder->out, '}');
  lua_settop(L, top);
  return status;
}

/* An array has the keys 1..n and no others. *count: n. */
static bool is_sequence(lua_State *L, int index, size_t *count)
{
  size_t len = lcln_length(L, index);
  size_t keys = 0;

  *count = len;
  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TNUMBER || ++keys > len) {
      lua_pop(L, 1);
      return false;
    }
  }
  return keys == len;
}

static enum cln_status check_nesting(struct encoder *encoder, int depth,
                                     const struct level *level)
{
  const struct level *at;

  for (at = level->above; at; at = at->above)
    if (at->table == level->table)
      return fail(encoder, "a table contains itself (a cycle)");
  if (depth <= encoder->max_depth)
    return CLN_OK;
  return cln_fail(encoder->error, CLN_VALIDATION,
                  "it is nested deeper than max_depth (%d)",
                  encoder->max_depth);
}

static enum cln_status encode_table(struct encoder *encoder, int index,
                                    int depth, const struct level *above,
                                    bool as_array)
{
  lua_State *L = encoder->L;
  struct level level;
  enum cln_status status;
  bool marked, sequence;
  size_t count;

  level.table = lua_topointer(L, index);
  level.above = above;
  status = check_nesting(encoder, depth, &level);
  if (status != CLN_OK)
    return status;
  luaL_checkstack(L, 12, "value is nested too deep");

  sequence = is_sequence(L, index, &count);
  marked = as_array || lcln_is_marked_array(L, index);
  if (marked && !sequence)
    return fail(encoder, "an array has named entries, or holes (use "
                         "clinone.null for an empty place)");
  if (marked || (sequence && count > 0))
    return encode_array(encoder, index, count, depth + 1, &level);
  return encode_object(encoder, index, depth + 1, &level);
}

static enum cln_status encode_number(struct encoder *encoder, int index)
{
  lua_State *L = encoder->L;
  enum cln_status status;

  if (lcln_is_integer(L, index))
    return cln_jprint_integer(encoder->out, (int64_t)lua_tointeger(L, index));
  status = cln_jprint_number(encoder->out, (double)lua_tonumber(L, index));
  if (status == CLN_VALIDATION)
    return fail(encoder, "the number is NaN or infinite, which JSON cannot "
                         "express");
  return status;
}

static enum cln_status encode(struct encoder *encoder, int index, int depth,
                              const struct level *above, bool as_array)
{
  lua_State *L = encoder->L;
  enum cln_status status;
  const char *text;
  size_t len;

  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    text = lua_tolstring(L, index, &len);
    status = cln_jprint_string(encoder->out, text, len);
    if (status == CLN_VALIDATION)
      return fail(encoder, "the string is not valid UTF-8");
    return status;
  case LUA_TNUMBER:
    return encode_number(encoder, index);
  case LUA_TBOOLEAN:
    return lua_toboolean(L, index)
               ? cln_buffer_append(encoder->out, "true", 4)
               : cln_buffer_append(encoder->out, "false", 5);
  case LUA_TTABLE:
    return encode_table(encoder, index, depth, above, as_array);
  case LUA_TNIL:
    return fail(encoder, "a value is missing (nil); clinone.null sends a "
                         "null");
  case LUA_TLIGHTUSERDATA:
    if (lua_touserdata(L, index) == NULL)
      return cln_buffer_append(encoder->out, "null", 4);
    if (lua_rawequal(L, index, lua_upvalueindex(LCLN_EMPTY_ARRAY)))
      return cln_buffer_append(encoder->out, "[]", 2);
    return fail(encoder, "a userdata cannot be sent as JSON");
  case LUA_TUSERDATA:
    return fail(encoder, lcln_to_file(L, index)
                             ? "a file cannot stand inside JSON"
                             : "a userdata cannot be sent as JSON");
  default:
    return cln_fail(encoder->error, CLN_VALIDATION,
                    "a %s cannot be sent as JSON",
                    lua_typename(L, lua_type(L, index)));
  }
}

enum cln_status lcln_encode(lua_State *L, int index, struct cln_buffer *out,
                            int max_depth, bool as_array,
                            struct lcln_json_path *path,
                            struct cln_error *error)
{
  struct encoder encoder;
  enum cln_status status;

  encoder.L = L;
  encoder.out = out;
  encoder.path = path;
  encoder.error = error;
  encoder.max_depth = max_depth;
  path->text[0] = '\0';
  status = encode(&encoder, lcln_absolute(L, index), 1, NULL, as_array);
  if (status == CLN_TOO_LARGE)
    cln_fail(error, status, "the body is too large");
  return status;
}
