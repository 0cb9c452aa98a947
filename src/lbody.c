/*
 * See lbuilder.h: the body of a request, printed in the one pass that also
 * checks it.
 */
#include <string.h>

#include "jprint.h"
#include "lbuilder.h"
#include "multipart.h"

/* Adds one sentence to the warnings; the key, or nothing, is at index. */
static void warn(struct lcln_builder *builder, int key, const char *what)
{
  lua_State *L = builder->L;

  lua_pushfstring(L, "%s: %s", lua_tostring(L, key), what);
  lua_rawseti(L, builder->warnings,
              (int)lcln_length(L, builder->warnings) + 1);
}

bool lcln_append_member(struct lcln_builder *builder, size_t i, int key,
                        bool is_null)
{
  const struct lcln_entry *entry = &builder->operation->entries[i];
  struct cln_buffer *body = &builder->request->body;
  lua_State *L = builder->L;
  bool is_number = builder->numbers && !is_null &&
                   lcln_is_number_text(L, builder->numbers, key, key + 1);
  enum cln_status status;

  if (!is_null && !is_number && !lcln_is_type(L, key + 1, entry->type)) {
    /* A path in a file's place would be sent in the place of its bytes. */
    if (builder->operation->strict || entry->type == LCLN_FILE_TYPE)
      return lcln_refuse_type(builder, entry, key);
    warn(builder, key, "has another type than in the catalog's example");
  }
  if (builder->operation->content != LCLN_CONTENT_JSON)
    return lcln_append_field(builder, entry->name, entry->name_len, key + 1,
                             key);
  status = cln_buffer_append_char(body, body->len == 0 ? '{' : ',');
  if (status == CLN_OK)
    status = cln_buffer_append(body, entry->member, entry->member_len);
  if (status == CLN_OK && is_number) {
    size_t len;
    const char *text = lua_tolstring(L, key + 1, &len);
    status = cln_buffer_append(body, text, len);
  } else if (status == CLN_OK)
    status =
        is_null
            ? cln_buffer_append(body, "null", 4)
            : lcln_encode(L, key + 1, body, builder->session->json.max_depth,
                          entry->type == LCLN_ARRAY_TYPE,
                          &builder->refusal->path, &builder->refusal->error);
  return lcln_check_status(builder, status, "json", key);
}

/* The handle's identifiers, against those of a whole body. */
static bool check_bound(struct lcln_builder *builder)
{
  lua_State *L = builder->L;

  if (!builder->bound || !lua_istable(L, builder->whole))
    return true;
  lua_pushnil(L);
  while (lua_next(L, builder->bound) != 0) {
    size_t ignored;
    bool differs;
    lua_pushvalue(L, -2);
    lua_rawget(L, builder->whole);
    differs = !lua_isnil(L, -1) &&
              (!lcln_identifier_text(L, lua_gettop(L), &ignored) ||
               !lua_rawequal(L, -1, -2));
    lua_pop(L, 2);
    if (differs)
      return lcln_refuse(builder, "bound", lua_gettop(L), NULL);
  }
  return true;
}

static bool append_whole_file(struct lcln_builder *builder, int key)
{
  struct cln_request *request = builder->request;
  enum lcln_content content = builder->operation->content;

  if (content == LCLN_CONTENT_FORM || content == LCLN_CONTENT_MULTIPART)
    return lcln_refuse(builder, "type", key,
                       "it must be a table of form fields, not a file");
  request->has_body = true;
  return lcln_check_status(builder,
                           cln_body_files_add(&request->files,
                                              builder->file->path, 0,
                                              &builder->refusal->error),
                           "value", key);
}

/* A text goes out as it is, but for a multipart body: its boundary has to
   stand in a header, too. */
static bool append_whole_text(struct lcln_builder *builder, int key)
{
  struct cln_request *request = builder->request;
  size_t len;
  const char *text = lua_tolstring(builder->L, builder->whole, &len);

  if (builder->operation->content == LCLN_CONTENT_MULTIPART)
    return lcln_refuse(builder, "type", key,
                       "it must be a table of form fields, not a string");
  request->has_body = true;
  return lcln_check_status(
      builder, cln_buffer_append(&request->body, text, len), "value", key);
}

static bool append_whole_value(struct lcln_builder *builder, int key)
{
  struct cln_request *request = builder->request;
  lua_State *L = builder->L;

  switch (builder->operation->content) {
  case LCLN_CONTENT_TEXT:
    return lcln_refuse(builder, "type", key,
                       "it must be a string, which is sent as it is, or a "
                       "clinone.file");
  case LCLN_CONTENT_FILE:
    return lcln_refuse(builder, "type", key,
                       "it must be a clinone.file, or a string, which is sent "
                       "as it is");
  case LCLN_CONTENT_FORM:
  case LCLN_CONTENT_MULTIPART:
    if (!lua_istable(L, builder->whole))
      return lcln_refuse(builder, "type", key,
                         "it must be a table of form fields");
    return lcln_append_fields(builder, builder->whole);
  default:
    break;
  }
  request->has_body = true;
  return lcln_check_status(builder,
                           lcln_encode(L, builder->whole, &request->body,
                                       builder->session->json.max_depth, false,
                                       &builder->refusal->path,
                                       &builder->refusal->error),
                           "json", key);
}

static bool append_whole_body(struct lcln_builder *builder)
{
  lua_State *L = builder->L;
  bool ok;
  int key;

  lua_pushliteral(L, "body");
  key = lua_gettop(L);
  builder->file = lcln_to_file(L, builder->whole);
  if (builder->file)
    ok = append_whole_file(builder, key);
  else if (lua_type(L, builder->whole) == LUA_TSTRING)
    ok = append_whole_text(builder, key);
  else
    ok = check_bound(builder) && append_whole_value(builder, key);
  if (ok)
    lua_pop(L, 1);
  return ok;
}

/* Whether the operation, or this binding, knows the key at index. */
static bool is_known(struct lcln_builder *builder, int key)
{
  lua_State *L = builder->L;
  const char *name;
  bool known;

  lua_pushvalue(L, key);
  lua_rawget(L, builder->companion);
  known = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (known)
    return true;
  name = lua_tostring(L, key);
  return strcmp(name, "query") == 0 || strcmp(name, "headers") == 0 ||
         strcmp(name, "body") == 0;
}

/* Copies the value at key + 1 into the table at extra. */
static bool take_unknown(struct lcln_builder *builder, int key, int extra)
{
  const struct lcln_operation *operation = builder->operation;
  lua_State *L = builder->L;

  if (operation->strict || !operation->has_body || builder->whole ||
      operation->content == LCLN_CONTENT_FILE ||
      operation->content == LCLN_CONTENT_TEXT)
    return lcln_refuse(builder, "unknown", key, NULL);
  warn(builder, key, "is not in the catalog's example; sent in the body");
  lua_pushvalue(L, key);
  lua_pushvalue(L, key + 1);
  lua_rawset(L, extra);
  return true;
}

static bool collect_unknown(struct lcln_builder *builder, int extra)
{
  lua_State *L = builder->L;

  lua_pushnil(L);
  while (lua_next(L, builder->params) != 0) {
    int key = lua_gettop(L) - 1;
    if (lua_type(L, key) != LUA_TSTRING)
      return lcln_refuse(builder, "unknown", key, NULL);
    if (!is_known(builder, key) && !take_unknown(builder, key, extra))
      return false;
    lua_pop(L, 1);
  }
  if (!builder->nulls)
    return true;
  lua_pushnil(L);
  while (lua_next(L, builder->nulls) != 0) {
    int key = lua_gettop(L) - 1;
    bool unset;
    lua_pop(L, 1);
    lua_pushvalue(L, key);
    lua_rawget(L, builder->params);
    unset = lua_isnil(L, -1);
    lua_pop(L, 1);
    lua_pushlightuserdata(L, NULL);
    if (unset && !is_known(builder, key) && !take_unknown(builder, key, extra))
      return false;
    lua_pop(L, 1);
  }
  return true;
}

bool lcln_place_unknown(struct lcln_builder *builder)
{
  struct cln_buffer *body = &builder->request->body;
  lua_State *L = builder->L;
  size_t start = body->len;
  int extra;

  lua_newtable(L);
  extra = lua_gettop(L);
  if (!collect_unknown(builder, extra))
    return false;
  lua_pushnil(L);
  if (lua_next(L, extra) == 0) {
    lua_pop(L, 1);
    return true;
  }
  lua_pop(L, 2);
  if (builder->operation->content != LCLN_CONTENT_JSON) {
    bool ok = lcln_append_fields(builder, extra);
    if (ok)
      lua_pop(L, 1);
    return ok;
  }
  if (builder->numbers) { /* what the record remembers of its numbers */
    lua_newtable(L);
    lua_pushvalue(L, builder->numbers);
    lua_setfield(L, -2, LCLN_MARK_NUMBERS);
    lua_setmetatable(L, extra);
  }
  if (!lcln_check_status(
          builder,
          lcln_encode(L, extra, body, builder->session->json.max_depth, false,
                      &builder->refusal->path, &builder->refusal->error),
          "json", 0))
    return false;
  /* "{...}" behind what is there: its brace becomes a comma, or opens. */
  body->len--;
  if (start > 0)
    body->data[start] = ',';
  lua_pop(L, 1);
  return true;
}

static bool has_member(const struct lcln_operation *operation)
{
  size_t i;

  for (i = 0; i < operation->entry_count; i++)
    if (operation->entries[i].places & LCLN_IN_BODY)
      return true;
  return false;
}

bool lcln_finish_body(struct lcln_builder *builder)
{
  struct cln_request *request = builder->request;
  enum lcln_content content = builder->operation->content;

  if (builder->whole && !append_whole_body(builder))
    return false;
  if (content == LCLN_CONTENT_MULTIPART && request->has_body)
    return lcln_check_status(builder, cln_multipart_end(request), "value", 0);
  if (builder->whole || !builder->operation->has_body ||
      content != LCLN_CONTENT_JSON ||
      (request->body.len == 0 && !has_member(builder->operation)))
    return true;
  request->has_body = true;
  if (request->body.len == 0 &&
      !lcln_check_status(builder, cln_buffer_append_char(&request->body, '{'),
                         "json", 0))
    return false;
  return lcln_check_status(
      builder, cln_buffer_append_char(&request->body, '}'), "json", 0);
}
