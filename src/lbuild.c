/*
 * See lbuild.h. One walk over the operation's entries builds the URL, the
 * headers and the body; a second over the given table, only when something
 * is left over, finds the key that has no place.
 */
#include "lbuild.h"

#include <string.h>

#include "jprint.h"

struct builder {
  lua_State *L;
  const struct lcln_session *session;
  const struct lcln_operation *operation;
  struct cln_request *request;
  struct lcln_refusal *refusal;
  int companion; /* of the operation: [i] = key, [key] = i */
  int params;    /* index of the parameters, 0 when there are none */
  int bound;     /* index of the handle's identifiers, or 0 */
  int nulls;     /* set of keys of params that stand for null, or 0 */
  int whole;     /* index of a whole body given as `body`, or 0 */
  int warnings;  /* index of the table of warnings, or 0 */
  size_t taken;  /* keys of params that found a place */
};

static bool refuse(struct builder *builder, const char *reason, int key,
                   const char *message)
{
  builder->refusal->reason = reason;
  builder->refusal->key = key;
  if (message)
    cln_fail(&builder->refusal->error, CLN_VALIDATION, "%s", message);
  return false;
}

static bool check(struct builder *builder, enum cln_status status,
                  const char *reason, int key)
{
  if (status == CLN_OK)
    return true;
  lcln_raise_nomem(builder->L, status);
  if (status == CLN_TOO_LARGE)
    return refuse(builder, "value", key, "it is too large to be sent");
  return refuse(builder, reason, key, NULL);
}

/* Pushes the key of an entry and returns its index. */
static int push_key(struct builder *builder, size_t entry)
{
  lua_rawgeti(builder->L, builder->companion, (int)entry + 1);
  return lua_gettop(builder->L);
}

/* An identifier as text: a string, or the digits of an integer. In 5.1 any
   whole number counts as an integer, as it cannot be told apart. */
static const char *identifier_text(lua_State *L, int index, size_t *len)
{
  if (lua_type(L, index) == LUA_TNUMBER) {
    double value = (double)lua_tonumber(L, index);
    struct cln_buffer digits;
    enum cln_status status;
    if (!lcln_is_integer(L, index) &&
        (LCLN_HAS_INTEGERS || value != (double)(long long)value))
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

/*
 * Pushes the value of an entry: given, or bound by a handle; nil if neither.
 * *is_null: unset, but remembered as null.
 */
static bool push_value(struct builder *builder, size_t i, int key,
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
    if (!identifier_text(L, value, &len))
      return refuse(builder, "type", key,
                    "it must be a string or an integer, not a float");
  }
  if (lua_gettop(L) > value) {
    bool same = lua_rawequal(L, value, -1);
    lua_pop(L, 1);
    if (!same)
      return refuse(builder, "bound", key, NULL);
  }
  return true;
}

/* A scalar as it stands in a path, query or header. Replaces the value at
   index by a string. */
static bool scalar_text(struct builder *builder, int index, int key,
                        bool in_path)
{
  lua_State *L = builder->L;
  size_t len;

  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    return true;
  case LUA_TBOOLEAN:
    if (in_path)
      break;
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    lua_replace(L, index);
    return true;
  case LUA_TNUMBER:
    if (identifier_text(L, index, &len))
      return true;
    if (!in_path) {
      struct cln_buffer text;
      enum cln_status status;
      cln_buffer_init(&text, 64);
      status = cln_jprint_number(&text, (double)lua_tonumber(L, index));
      if (status == CLN_OK) {
        lua_pushlstring(L, text.data, text.len);
        lua_replace(L, index);
      }
      cln_buffer_free(&text);
      if (status == CLN_OK)
        return true;
      return refuse(builder, "value", key, "it is NaN or infinite");
    }
    return refuse(builder, "type", key,
                  "it must be a string or an integer, not a float");
  default:
    break;
  }
  return refuse(builder, "type", key,
                in_path ? "it must be a string or an integer"
                        : "it must be a string, a number or a boolean");
}

static bool append_path(struct builder *builder)
{
  const struct lcln_operation *operation = builder->operation;
  lua_State *L = builder->L;
  size_t i;

  for (i = 0; i < operation->piece_count; i++) {
    const struct lcln_piece *piece = &operation->pieces[i];
    const struct lcln_entry *entry;
    const char *text;
    size_t len;
    bool is_null;
    int key;

    if (piece->entry < 0) {
      if (!check(builder,
                 cln_buffer_append(&builder->request->url, piece->text,
                                   piece->len),
                 "url", 0))
        return false;
      continue;
    }
    entry = &operation->entries[piece->entry];
    key = push_key(builder, (size_t)piece->entry);
    if (!push_value(builder, (size_t)piece->entry, key, &is_null))
      return false;
    if (lua_isnil(L, -1))
      return refuse(builder, "missing", key, NULL);
    if (!scalar_text(builder, key + 1, key, true))
      return false;
    text = lua_tolstring(L, key + 1, &len);
    if (!check(builder,
               cln_url_append_segment(&builder->request->url, text, len,
                                      entry->key, &builder->refusal->error),
               "value", key))
      return false;
    lua_pop(L, 2);
    if (entry->places != LCLN_IN_PATH)
      builder->taken--; /* counted again where else it goes */
  }
  return true;
}

static bool append_query_value(struct builder *builder, const char *name,
                               size_t name_len, int index, int key)
{
  const char *text;
  size_t len;

  if (!scalar_text(builder, index, key, false))
    return false;
  text = lua_tolstring(builder->L, index, &len);
  return check(builder,
               cln_request_query(builder->request, name, name_len, text, len),
               "value", key);
}

/* A list becomes a repeated parameter. */
static bool append_query(struct builder *builder, const char *name,
                         size_t name_len, int index, int key)
{
  lua_State *L = builder->L;
  size_t count, i;

  if (!lua_istable(L, index))
    return append_query_value(builder, name, name_len, index, key);
  count = lcln_length(L, index);
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

static bool append_header(struct builder *builder, const char *name,
                          size_t name_len, int index, int key)
{
  const char *text;
  size_t len;

  if (!scalar_text(builder, index, key, false))
    return false;
  text = lua_tolstring(builder->L, index, &len);
  return check(builder,
               cln_request_header(builder->request, name, name_len, text, len,
                                  &builder->refusal->error),
               "header", key);
}

static bool is_type(lua_State *L, int index, enum lcln_type type)
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
            (double)lua_tonumber(L, index) ==
                (double)(long long)lua_tonumber(L, index));
  case LCLN_NUMBER:
    return found == LUA_TNUMBER;
  case LCLN_BOOLEAN:
    return found == LUA_TBOOLEAN;
  case LCLN_ARRAY_TYPE:
  case LCLN_OBJECT:
    return found == LUA_TTABLE;
  default:
    return true;
  }
}

/* Adds one sentence to the warnings; the key, or nothing, is at index. */
static void warn(struct builder *builder, int key, const char *what)
{
  lua_State *L = builder->L;

  lua_pushfstring(L, "%s: %s", lua_tostring(L, key), what);
  lua_rawseti(L, builder->warnings,
              (int)lcln_length(L, builder->warnings) + 1);
}

static bool append_member(struct builder *builder, size_t i, int key,
                          bool is_null)
{
  const struct lcln_entry *entry = &builder->operation->entries[i];
  struct cln_buffer *body = &builder->request->body;
  lua_State *L = builder->L;
  enum cln_status status;

  if (!is_null && !is_type(L, key + 1, entry->type)) {
    static const char *const names[] = {"",         "a string",  "an integer",
                                        "a number", "a boolean", "an array",
                                        "an object"};
    if (builder->operation->strict) {
      cln_fail(&builder->refusal->error, CLN_VALIDATION,
               "it must be %s, not a %s", names[entry->type],
               lua_typename(L, lua_type(L, key + 1)));
      return refuse(builder, "type", key, NULL);
    }
    warn(builder, key, "has another type than in the catalog's example");
  }
  if (builder->operation->form) {
    const char *text;
    size_t len;
    if (!scalar_text(builder, key + 1, key, false))
      return false;
    text = lua_tolstring(L, key + 1, &len);
    return check(builder,
                 cln_request_form(builder->request, entry->name,
                                  entry->name_len, text, len),
                 "value", key);
  }
  status = cln_buffer_append_char(body, body->len == 0 ? '{' : ',');
  if (status == CLN_OK)
    status = cln_jprint_string(body, entry->name, entry->name_len);
  if (status == CLN_OK)
    status = cln_buffer_append_char(body, ':');
  if (status == CLN_OK)
    status =
        is_null
            ? cln_buffer_append(body, "null", 4)
            : lcln_encode(L, key + 1, body, builder->session->json.max_depth,
                          entry->type == LCLN_ARRAY_TYPE,
                          &builder->refusal->path, &builder->refusal->error);
  return check(builder, status, "json", key);
}

/* Everything but the path, in the order of the entries' names. */
static bool place_entry(struct builder *builder, size_t i)
{
  const struct lcln_entry *entry = &builder->operation->entries[i];
  lua_State *L = builder->L;
  int key = push_key(builder, i);
  bool is_null;

  if (!push_value(builder, i, key, &is_null))
    return false;
  if (lua_isnil(L, -1) && !is_null) {
    bool covered = (entry->places & LCLN_IN_BODY) && builder->whole;
    if (entry->required && !covered)
      return refuse(builder, "missing", key, NULL);
    lua_pop(L, 2);
    return true;
  }
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
        return refuse(builder, "value", key,
                      "it is given beside `body`, which is the whole body");
      lua_pop(L, 1);
    } else if (!builder->whole && !append_member(builder, i, key, is_null)) {
      return false;
    }
  }
  lua_pop(L, 2);
  return true;
}

/* A reserved key (body, query, headers) counts as such unless the operation
   has a parameter of that name. Leaves its value on the stack if present. */
static bool push_reserved(struct builder *builder, const char *name)
{
  lua_State *L = builder->L;
  bool declared;

  if (!builder->params)
    return false;
  lua_getfield(L, builder->companion, name);
  declared = !lua_isnil(L, -1);
  lua_pop(L, 1);
  if (declared)
    return false;
  lua_pushstring(L, name);
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
static bool append_extra(struct builder *builder, const char *field,
                         bool (*append)(struct builder *, const char *, size_t,
                                        int, int))
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

static bool append_whole_body(struct builder *builder)
{
  lua_State *L = builder->L;
  struct cln_request *request = builder->request;
  const char *text;
  size_t len;
  int key;

  request->has_body = true;
  lua_pushliteral(L, "body");
  key = lua_gettop(L);
  if (lua_type(L, builder->whole) == LUA_TSTRING) {
    text = lua_tolstring(L, builder->whole, &len);
    if (!check(builder, cln_buffer_append(&request->body, text, len), "value",
               key))
      return false;
  } else {
    if (builder->bound && lua_istable(L, builder->whole)) {
      lua_pushnil(L);
      while (lua_next(L, builder->bound) != 0) {
        size_t ignored;
        bool differs;
        lua_pushvalue(L, -2);
        lua_rawget(L, builder->whole);
        differs = !lua_isnil(L, -1) &&
                  (!identifier_text(L, lua_gettop(L), &ignored) ||
                   !lua_rawequal(L, -1, -2));
        lua_pop(L, 2);
        if (differs)
          return refuse(builder, "bound", lua_gettop(L), NULL);
      }
    }
    if (!check(builder,
               lcln_encode(L, builder->whole, &request->body,
                           builder->session->json.max_depth, false,
                           &builder->refusal->path, &builder->refusal->error),
               "json", key))
      return false;
  }
  lua_pop(L, 1);
  return true;
}

/* Some key has no place: refused, or, where the catalog only knows examples,
   sent in the body with a warning. */
static bool place_unknown(struct builder *builder)
{
  struct cln_buffer *body = &builder->request->body;
  lua_State *L = builder->L;
  int extra;
  size_t start;

  lua_newtable(L);
  extra = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, builder->params) != 0) {
    int key = lua_gettop(L) - 1;
    bool known;
    if (lua_type(L, key) != LUA_TSTRING)
      return refuse(builder, "unknown", key, NULL);
    lua_pushvalue(L, key);
    lua_rawget(L, builder->companion);
    known = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (!known) {
      const char *name = lua_tostring(L, key);
      known = strcmp(name, "query") == 0 || strcmp(name, "headers") == 0 ||
              strcmp(name, "body") == 0;
    }
    if (!known) {
      if (builder->operation->strict || !builder->operation->has_body ||
          builder->operation->form || builder->whole)
        return refuse(builder, "unknown", key, NULL);
      warn(builder, key, "is not in the catalog's example; sent in the body");
      lua_pushvalue(L, key);
      lua_pushvalue(L, key + 1);
      lua_rawset(L, extra);
    }
    lua_pop(L, 1);
  }
  start = body->len;
  if (!check(builder,
             lcln_encode(L, extra, body, builder->session->json.max_depth,
                         false, &builder->refusal->path,
                         &builder->refusal->error),
             "json", 0))
    return false;
  /* "{...}" behind what is there: its brace becomes a comma, or opens. */
  body->len--;
  if (start > 0)
    body->data[start] = ',';
  lua_pop(L, 1);
  return true;
}

static size_t count_keys(lua_State *L, int index)
{
  size_t count = 0;

  lua_pushnil(L);
  while (lua_next(L, index) != 0) {
    lua_pop(L, 1);
    count++;
  }
  return count;
}

static bool finish_body(struct builder *builder)
{
  struct cln_request *request = builder->request;

  if (builder->whole)
    return append_whole_body(builder);
  if (!builder->operation->has_body || builder->operation->form)
    return true;
  request->has_body = true;
  if (request->body.len == 0 &&
      !check(builder, cln_buffer_append_char(&request->body, '{'), "json", 0))
    return false;
  return check(builder, cln_buffer_append_char(&request->body, '}'), "json",
               0);
}

static bool add_default_headers(struct builder *builder)
{
  static const char type[] = "Content-Type";
  static const char json[] = "application/json";
  static const char form[] = "application/x-www-form-urlencoded";
  struct cln_request *request = builder->request;
  const struct lcln_session *session = builder->session;
  bool as_form = builder->operation->form;
  enum cln_status status = CLN_OK;
  const char *line = session->headers.data;
  size_t i;

  for (i = 0; i < session->header_count && status == CLN_OK; i++) {
    size_t name_len = strcspn(line, ":;");
    size_t len = strlen(line) + 1;
    char name[129];
    memcpy(name, line, name_len);
    name[name_len] = '\0';
    if (request->header_count == i || !cln_request_has_header(request, name)) {
      status = cln_buffer_append(&request->headers, line, len);
      request->header_count++;
    }
    line += len;
  }
  if (status == CLN_OK && request->has_body &&
      !cln_request_has_header(request, "content-type"))
    status = cln_request_header(request, type, sizeof(type) - 1,
                                as_form ? form : json,
                                as_form ? sizeof(form) - 1 : sizeof(json) - 1,
                                &builder->refusal->error);
  return check(builder, status, "header", 0);
}

static bool build(struct builder *builder)
{
  const struct lcln_operation *operation = builder->operation;
  lua_State *L = builder->L;
  bool has_query = false, has_headers = false;
  size_t i;

  if (builder->params) {
    if (lcln_push_nulls(L, builder->params))
      builder->nulls = lua_gettop(L);
    if (push_reserved(builder, "body"))
      builder->whole = lua_gettop(L);
    has_query = push_reserved(builder, "query");
    has_headers = push_reserved(builder, "headers");
  }
  if (!check(builder,
             cln_request_begin(
                 builder->request, operation->method,
                 strlen(operation->method), builder->session->base.data,
                 builder->session->base.len, &builder->refusal->error),
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
  if (builder->params && count_keys(L, builder->params) != builder->taken &&
      !place_unknown(builder))
    return false;
  if (!finish_body(builder) || !add_default_headers(builder))
    return false;
  return check(builder,
               cln_request_check(builder->request, &builder->session->base_url,
                                 &builder->refusal->error),
               "url", 0);
}

bool lcln_build(lua_State *L, const struct lcln_session *session,
                const struct lcln_operation *operation, int companion,
                struct cln_request *request, int *warnings,
                struct lcln_refusal *refusal)
{
  struct builder builder;

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
  luaL_checkstack(L, 24, "too many parameters");
  if (!operation->strict) {
    lua_newtable(L);
    builder.warnings = lua_gettop(L);
  }
  *warnings = builder.warnings;
  return build(&builder);
}
