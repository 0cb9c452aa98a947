/*
 * See lbuild.h. One walk over the operation's entries builds the URL, the
 * headers and the body; a second over the given table, only when something
 * is left over, finds the key that has no place.
 */
#include <string.h>

#include "jprint.h"
#include "lbuilder.h"

/*
 * Pushes the value of an entry: given, or bound by a handle; nil if neither.
 * *is_null: unset, but remembered as null.
 */
static bool push_value(struct lcln_builder *builder, size_t i, int key,
                       bool *is_null)
{
  lua_State *L = builder->L;
  const struct lcln_entry *entry = &builder->operation->entries[i];
  int value;

  *is_null = false;
  value = key + 1;
  if (builder->params) {
    lua_pushvalue(L, key);
    lua_rawget(L, builder->params);
  } else {
    lua_pushnil(L);
  }
  if (!lua_isnil(L, value))
    builder->taken++;
  else if (builder->nulls) {
    lua_pushvalue(L, key);
    lua_rawget(L, builder->nulls);
    *is_null = lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  if (!entry->identifier)
    return true;

  if (builder->bound) {
    lua_pushvalue(L, key);
    lua_rawget(L, builder->bound);
    if (lua_isnil(L, -1)) {
      lua_pop(L, 1);
    } else if (lua_isnil(L, value)) {
      lua_replace(L, value);
      *is_null = false;
      return true;
    }
  }
  if (lua_type(L, value) == LUA_TNUMBER) {
    size_t len;
    if (!lcln_identifier_text(L, value, &len))
      return lcln_refuse(builder, "type", key,
                         "it must be a string or an integer, not a float");
  }
  if (lua_gettop(L) > value) {
    bool same = lua_rawequal(L, value, -1);
    lua_pop(L, 1);
    if (!same)
      return lcln_refuse(builder, "bound", key, NULL);
  }
  return true;
}

/* Whether the parameter of a piece stands earlier in the path, too. */
static bool stands_before(const struct lcln_operation *operation, size_t piece)
{
  size_t i;

  for (i = 0; i < piece; i++)
    if (operation->pieces[i].entry == operation->pieces[piece].entry)
      return true;
  return false;
}

static bool append_path(struct lcln_builder *builder)
{
  const struct lcln_operation *operation = builder->operation;
  lua_State *L = builder->L;
  size_t i;

  for (i = 0; i < operation->piece_count; i++) {
    const struct lcln_piece *piece = &operation->pieces[i];
    const struct lcln_entry *entry;
    const char *text;
    size_t len, before;
    bool is_null;
    int key;

    if (piece->entry < 0) {
      if (!lcln_check_status(builder,
                             cln_buffer_append(&builder->request->url,
                                               piece->text, piece->len),
                             "url", 0))
        return false;
      continue;
    }
    entry = &operation->entries[piece->entry];
    key = lcln_push_key(builder, (size_t)piece->entry);
    before = builder->taken;
    if (!push_value(builder, (size_t)piece->entry, key, &is_null))
      return false;
    if (lua_isnil(L, -1))
      return lcln_refuse(builder, "missing", key, NULL);
    if (!lcln_check_scalar(builder, key + 1, key, true))
      return false;
    text = lua_tolstring(L, key + 1, &len);
    if (!lcln_is_plain_text(text, len))
      return lcln_refuse(builder, "value", key,
                         "it holds a control character, or is not UTF-8");
    if (!lcln_check_status(builder,
                           cln_url_append_segment(&builder->request->url, text,
                                                  len, entry->key,
                                                  &builder->refusal->error),
                           "value", key))
      return false;
    lua_pop(L, 2);
    /* Each key counts once, wherever it stands. */
    if (entry->places != LCLN_IN_PATH || stands_before(operation, i))
      builder->taken = before;
  }
  return true;
}

static bool append_query_value(struct lcln_builder *builder, const char *name,
                               size_t name_len, int index, int key)
{
  const char *text;
  size_t len;

  if (!lcln_check_scalar(builder, index, key, false))
    return false;
  text = lua_tolstring(builder->L, index, &len);
  if (!lcln_is_plain_text(text, len))
    return lcln_refuse(builder, "value", key,
                       "it holds a control character, or is not UTF-8");
  return lcln_check_status(
      builder, cln_request_query(builder->request, name, name_len, text, len),
      "value", key);
}

/* A list becomes a repeated parameter. */
static bool append_query(struct lcln_builder *builder, const char *name,
                         size_t name_len, int index, int key)
{
  lua_State *L = builder->L;
  size_t count, i;

  if (!lua_istable(L, index))
    return append_query_value(builder, name, name_len, index, key);
  count = lcln_length(L, index);
  if (count == 0)
    return lcln_refuse(builder, "type", key,
                       "it is an empty list, which would drop the parameter");
  for (i = 1; i <= count; i++) {
    bool ok;
    lua_rawgeti(L, index, (int)i);
    ok = append_query_value(builder, name, name_len, lua_gettop(L), key);
    if (!ok)
      return false;
    lua_pop(L, 1);
  }
  return true;
}

static bool append_header(struct lcln_builder *builder, const char *name,
                          size_t name_len, int index, int key)
{
  const char *text;
  size_t len;

  if (!lcln_check_scalar(builder, index, key, false))
    return false;
  text = lua_tolstring(builder->L, index, &len);
  return lcln_check_status(builder,
                           cln_request_header(builder->request, name, name_len,
                                              text, len,
                                              &builder->refusal->error),
                           "header", key);
}

/* A complete catalog's types hold for query and headers, too; there a number
   is as good as its digits. */
static bool check_type(struct lcln_builder *builder,
                       const struct lcln_entry *entry, int key)
{
  lua_State *L = builder->L;

  if (!builder->operation->strict || lcln_is_type(L, key + 1, entry->type) ||
      (entry->type == LCLN_STRING && lua_type(L, key + 1) == LUA_TNUMBER))
    return true;
  return lcln_refuse_type(builder, entry, key);
}

/* What most parameters are: one place in the body, and a string that is there.
   Leaves the rest to place_entry. *placed: done. */
static bool place_plain_string(struct lcln_builder *builder, size_t i,
                               bool *placed)
{
  const struct lcln_entry *entry = &builder->operation->entries[i];
  struct cln_buffer *body = &builder->request->body;
  lua_State *L = builder->L;
  size_t before = body->len;
  enum cln_status status;
  const char *text;
  size_t len;

  *placed = false;
  if (entry->places != LCLN_IN_BODY || builder->whole || !builder->params ||
      builder->operation->content != LCLN_CONTENT_JSON || builder->numbers ||
      (entry->identifier && builder->bound) ||
      (entry->type != LCLN_STRING && entry->type != LCLN_ANY))
    return true;
  lua_rawgeti(L, builder->companion, (int)i + 1);
  lua_rawget(L, builder->params);
  if (lua_type(L, -1) != LUA_TSTRING) {
    lua_pop(L, 1);
    return true;
  }
  text = lua_tolstring(L, -1, &len);
  status = cln_buffer_append_char(body, body->len == 0 ? '{' : ',');
  if (status == CLN_OK)
    status = cln_buffer_append(body, entry->member, entry->member_len);
  if (status == CLN_OK)
    status = cln_jprint_string(body, text, len);
  lua_pop(L, 1);
  if (status == CLN_VALIDATION) {
    body->len = before;
    return true;
  }
  if (status != CLN_OK)
    return lcln_check_status(builder, status, "value",
                             lcln_push_key(builder, i));
  builder->taken++;
  *placed = true;
  return true;
}

/* Everything but the path, in the order of the entries' names. */
static bool place_entry(struct lcln_builder *builder, size_t i)
{
  const struct lcln_entry *entry = &builder->operation->entries[i];
  lua_State *L = builder->L;
  bool is_null, placed;
  int key;

  if (!place_plain_string(builder, i, &placed) || placed)
    return placed;
  key = lcln_push_key(builder, i);
  if (!push_value(builder, i, key, &is_null))
    return false;
  if (lua_isnil(L, -1) && !is_null) {
    bool covered = (entry->places & LCLN_IN_BODY) && builder->whole;
    if (entry->required && !covered)
      return lcln_refuse(builder, "missing", key, NULL);
    lua_pop(L, 2);
    return true;
  }
  if ((entry->places & (LCLN_IN_QUERY | LCLN_IN_HEADER)) && !is_null &&
      !check_type(builder, entry, key))
    return false;
  if ((entry->places & LCLN_IN_QUERY) && !is_null &&
      !append_query(builder, entry->name, entry->name_len, key + 1, key))
    return false;
  if ((entry->places & LCLN_IN_HEADER) && !is_null &&
      !append_header(builder, entry->name, entry->name_len, key + 1, key))
    return false;
  if (entry->places & LCLN_IN_BODY) {
    if (builder->whole && entry->places == LCLN_IN_BODY) {
      lua_pushvalue(L, key);
      if (builder->params)
        lua_rawget(L, builder->params);
      if (builder->params && !lua_isnil(L, -1))
        return lcln_refuse(
            builder, "value", key,
            "it is given beside `body`, which is the whole body");
      lua_pop(L, 1);
    } else if (!builder->whole &&
               !lcln_append_member(builder, i, key, is_null)) {
      return false;
    }
  }
  lua_pop(L, 2);
  return true;
}

/* A reserved key (body, query, headers) counts as such unless the operation
   has a parameter of that name. Leaves its value on the stack if present. */
static bool push_reserved(struct lcln_builder *builder,
                          enum lcln_reserved reserved)
{
  lua_State *L = builder->L;

  lua_rawgeti(L, builder->companion,
              lcln_reserved_place(builder->operation, reserved));
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  lua_rawget(L, builder->params);
  if (lua_isnil(L, -1)) {
    lua_pop(L, 1);
    return false;
  }
  builder->taken++;
  return true;
}

/* query = {} and headers = {}: lists of {name, value}, sorted by the Lua
   layer. */
static bool append_extra(struct lcln_builder *builder, const char *field,
                         bool (*append)(struct lcln_builder *, const char *,
                                        size_t, int, int))
{
  lua_State *L = builder->L;
  int top = lua_gettop(L);
  size_t count, i;

  lua_getfield(L, builder->params, field);
  count = lua_istable(L, -1) ? lcln_length(L, -1) : 0;
  for (i = 1; i <= count; i++) {
    const char *name;
    size_t len;
    lua_rawgeti(L, top + 1, (int)i);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    name = lua_tolstring(L, -2, &len);
    if (!append(builder, name, len, lua_gettop(L), lua_gettop(L) - 1))
      return false;
    lua_settop(L, top + 1);
  }
  lua_settop(L, top);
  return true;
}

size_t lcln_count_keys(lua_State *L, int index)
{
  size_t count = 0;

  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

static bool build(struct lcln_builder *builder)
{
  const struct lcln_operation *operation = builder->operation;
  lua_State *L = builder->L;
  bool has_query = false, has_headers = false;
  size_t i;

  if (builder->params) {
    if (lcln_push_nulls(L, builder->params))
      builder->nulls = lua_gettop(L);
    lcln_push_numbers(L, builder->params);
    if (lua_istable(L, -1))
      builder->numbers = lua_gettop(L);
    if (push_reserved(builder, LCLN_BODY))
      builder->whole = lua_gettop(L);
    has_query = push_reserved(builder, LCLN_QUERY);
    has_headers = push_reserved(builder, LCLN_HEADERS);
  }
  if (!lcln_check_status(builder,
                         cln_request_begin(builder->request, operation->method,
                                           strlen(operation->method),
                                           builder->session->base.data,
                                           builder->session->base.len,
                                           &builder->refusal->error),
                         "url", 0) ||
      !append_path(builder))
    return false;
  for (i = 0; i < operation->entry_count; i++)
    if (operation->entries[i].places != LCLN_IN_PATH &&
        !place_entry(builder, i))
      return false;
  if (has_query && !append_extra(builder, "query", append_query))
    return false;
  if (has_headers && !append_extra(builder, "headers", append_header))
    return false;
  if (builder->params &&
      (builder->nulls ||
       lcln_count_keys(L, builder->params) != builder->taken) &&
      !lcln_place_unknown(builder))
    return false;
  if (!lcln_finish_body(builder) || !lcln_add_default_headers(builder))
    return false;
  return lcln_check_status(builder,
                           cln_request_check(builder->request,
                                             &builder->session->base_url,
                                             &builder->refusal->error),
                           "url", 0);
}

bool lcln_build(lua_State *L, const struct lcln_session *session,
                const struct lcln_operation *operation, int companion,
                struct cln_request *request, int *warnings,
                struct lcln_refusal *refusal)
{
  struct lcln_builder builder;

  memset(&builder, 0, sizeof(builder));
  memset(refusal, 0, sizeof(*refusal));
  builder.L = L;
  builder.session = session;
  builder.operation = operation;
  builder.request = request;
  builder.refusal = refusal;
  builder.companion = companion;
  builder.params = lua_istable(L, 3) ? 3 : 0;
  builder.bound = lua_istable(L, 4) ? 4 : 0;
  builder.saves =
      lua_istable(L, 5) && lcln_text_field(L, 5, "save_to", NULL) != NULL;
  luaL_checkstack(L, 24, "too many parameters");
  if (!operation->strict) {
    lua_newtable(L);
    builder.warnings = lua_gettop(L);
  }
  *warnings = builder.warnings;
  return build(&builder);
}
