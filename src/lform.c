/*
 * See lbuilder.h: bodies that are made of fields, urlencoded or multipart.
 */
#include <string.h>

#include "lbuilder.h"
#include "multipart.h"

static bool append_file(struct lcln_builder *builder, const char *name,
                        size_t name_len, const struct lcln_file *file, int key)
{
  struct cln_request *request = builder->request;
  struct cln_error *error = &builder->refusal->error;
  struct cln_part part = {name, name_len, file->name, file->name_len,
                          file->type};
  enum cln_status status;

  if (builder->operation->content != LCLN_CONTENT_MULTIPART)
    return lcln_refuse(builder, "value", key,
                       "a file cannot stand in a urlencoded form");
  status = cln_multipart_part(request, &part, error);
  if (status == CLN_OK)
    status = cln_body_files_add(&request->files, file->path, request->body.len,
                                error);
  return lcln_check_status(builder, status, "value", key);
}

/* One value: a scalar, or a file. */
static bool append_value(struct lcln_builder *builder, const char *name,
                         size_t name_len, int index, int key)
{
  struct cln_request *request = builder->request;
  lua_State *L = builder->L;
  const struct lcln_file *file = lcln_to_file(L, index);
  struct cln_part part = {name, name_len, NULL, 0, NULL};
  enum cln_status status;
  const char *text;
  size_t len;

  if (file)
    return append_file(builder, name, name_len, file, key);
  if (!lcln_check_scalar(builder, index, key, false))
    return false;
  text = lua_tolstring(L, index, &len);
  if (builder->operation->content == LCLN_CONTENT_FORM) {
    status = cln_request_form(request, name, name_len, text, len);
  } else {
    status = cln_multipart_part(request, &part, &builder->refusal->error);
    if (status == CLN_OK)
      status = cln_buffer_append(&request->body, text, len);
  }
  return lcln_check_status(builder, status, "value", key);
}

bool lcln_append_field(struct lcln_builder *builder, const char *name,
                       size_t name_len, int index, int key)
{
  lua_State *L = builder->L;
  size_t count, i;

  if (!lua_istable(L, index))
    return append_value(builder, name, name_len, index, key);
  count = lcln_length(L, index);
  if (count == 0 || lcln_count_keys(L, index) != count)
    return lcln_refuse(builder, "type", key,
                       "it must be a string, a number, a boolean, a file or a "
                       "list of these");
  for (i = 1; i <= count; i++) {
    lua_rawgeti(L, index, (int)i);
    if (!append_value(builder, name, name_len, lua_gettop(L), key))
      return false;
    lua_pop(L, 1);
  }
  return true;
}

static bool is_less(lua_State *L, int left, int right)
{
  size_t left_len, right_len;
  const char *left_text = lua_tolstring(L, left, &left_len);
  const char *right_text = lua_tolstring(L, right, &right_len);
  size_t least = left_len < right_len ? left_len : right_len;
  int order = memcmp(left_text, right_text, least);

  return order < 0 || (order == 0 && left_len < right_len);
}

/* Pushes the key of the table that comes after the one at last (0: the first)
   in the order of their bytes, or nil. False: a key that is no string. */
static bool push_next_key(lua_State *L, int table, int last)
{
  int best;

  lua_pushnil(L);
  best = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, table) != 0) {
    lua_pop(L, 1);
    if (lua_type(L, -1) != LUA_TSTRING)
      return false;
    if ((last == 0 || is_less(L, last, best + 1)) &&
        (lua_isnil(L, best) || is_less(L, best + 1, best))) {
      lua_pushvalue(L, best + 1);
      lua_replace(L, best);
    }
  }
  return true;
}

/* What the table only remembers as null cannot be told by a form, and is no
   more left out in silence than a null that stands there. */
static bool check_nulls(struct lcln_builder *builder, int table)
{
  lua_State *L = builder->L;
  int nulls, key;

  if (!lcln_push_nulls(L, table))
    return true;
  nulls = lua_gettop(L);
  key = nulls + 1;
  lua_pushnil(L);
  while (lua_next(L, nulls) != 0) {
    lua_pushvalue(L, key);
    lua_rawget(L, table);
    if (lua_isnil(L, -1) && !lcln_check_scalar(builder, key + 2, key, false))
      return false;
    lua_settop(L, key);
  }
  lua_pop(L, 1);
  return true;
}

bool lcln_append_fields(struct lcln_builder *builder, int table)
{
  lua_State *L = builder->L;
  int key = lua_gettop(L) + 1;
  int last = 0;

  if (!check_nulls(builder, table))
    return false;
  lua_pushnil(L);
  for (;;) {
    const char *name;
    size_t len;
    if (!push_next_key(L, table, last))
      return lcln_refuse(builder, "unknown", lua_gettop(L), NULL);
    lua_replace(L, key);
    if (lua_isnil(L, key))
      break;
    last = key;
    name = lua_tolstring(L, key, &len);
    lua_pushvalue(L, key);
    lua_rawget(L, table);
    if (!lcln_append_field(builder, name, len, key + 1, key))
      return false;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return true;
}
