/*
 * Compiles one operation of a catalog, so that a call only walks arrays.
 * Every string stays owned by Lua: the companion table holds them.
 */
#include "lsession.h"

#include <string.h>

#include "jprint.h"

#define MAX_MEMBER_BYTES (64 * 1024)

static enum lcln_type read_type(const char *name)
{
  static const char *const names[] = {"any",     "string", "integer", "number",
                                      "boolean", "array",  "object",  "file"};
  int i;

  for (i = 0; name && i < (int)(sizeof(names) / sizeof(names[0])); i++)
    if (strcmp(name, names[i]) == 0)
      return (enum lcln_type)i;
  return LCLN_ANY;
}

static enum lcln_content read_content(lua_State *L, const char *name)
{
  static const char *const names[] = {"json", "form", "multipart", "file",
                                      "text"};
  int i;

  for (i = 0; name && i < (int)(sizeof(names) / sizeof(names[0])); i++)
    if (strcmp(name, names[i]) == 0)
      return (enum lcln_content)i;
  luaL_argcheck(L, !name, 1, "content is none that is known");
  return LCLN_CONTENT_JSON;
}

/* Bytes and texts are given whole. */
static void check_places(lua_State *L, const struct lcln_operation *operation)
{
  size_t i;

  if (operation->content != LCLN_CONTENT_FILE &&
      operation->content != LCLN_CONTENT_TEXT)
    return;
  for (i = 0; i < operation->entry_count; i++)
    luaL_argcheck(L, !(operation->entries[i].places & LCLN_IN_BODY), 1,
                  "a body of bytes or text has no keys");
}

/* `"name":`, printed once for all calls; kept in the companion before the
   keys. */
static void read_member(lua_State *L, struct lcln_entry *entry, int companion,
                        int place)
{
  struct cln_buffer *text = lcln_new_box(L, sizeof(*text), LCLN_BUFFER);

  cln_buffer_init(text, MAX_MEMBER_BYTES);
  if (cln_jprint_string(text, entry->name, entry->name_len) != CLN_OK ||
      cln_buffer_append_char(text, ':') != CLN_OK)
    luaL_argerror(L, 1, "an entry's name is no text");
  lua_pushlstring(L, text->data, text->len);
  entry->member = lua_tolstring(L, -1, &entry->member_len);
  lua_rawseti(L, companion, place);
  lua_pop(L, 1);
}

/* The entry table is on top; companion is the table that keeps strings. */
static void read_entry(lua_State *L, struct lcln_entry *entry, int companion,
                       int position)
{
  int spec = lua_gettop(L);

  entry->key = lcln_text_field(L, spec, "key", &entry->key_len);
  entry->name = lcln_text_field(L, spec, "name", &entry->name_len);
  luaL_argcheck(L, entry->key && entry->name, 1, "entry without key or name");
  entry->places = (unsigned)lcln_number_field(L, spec, "places", 0);
  entry->type = read_type(lcln_text_field(L, spec, "type", NULL));
  entry->required = lcln_boolean_field(L, spec, "required", 0);
  entry->identifier = lcln_boolean_field(L, spec, "identifier", 0);

  lua_getfield(L, spec, "key");
  lua_pushvalue(L, -1);
  lua_rawseti(L, companion, position); /* [position] = key */
  lua_pushinteger(L, position);
  lua_rawset(L, companion); /* [key] = position */
}

static void keep_reserved(lua_State *L, const struct lcln_operation *operation,
                          int companion)
{
  static const char *const names[LCLN_RESERVED] = {"body", "query", "headers"};
  int i;

  for (i = 0; i < LCLN_RESERVED; i++) {
    bool declared;
    lua_getfield(L, companion, names[i]);
    declared = !lua_isnil(L, -1);
    lua_pop(L, 1);
    if (declared)
      continue;
    lua_pushstring(L, names[i]);
    lua_rawseti(L, companion,
                lcln_reserved_place(operation, (enum lcln_reserved)i));
  }
}

static void read_piece(lua_State *L, struct lcln_piece *piece, size_t entries)
{
  piece->entry = -1;
  if (lua_type(L, -1) == LUA_TNUMBER) {
    piece->entry = (int)lua_tointeger(L, -1) - 1;
    luaL_argcheck(L, piece->entry >= 0 && (size_t)piece->entry < entries, 1,
                  "piece names no entry");
    return;
  }
  piece->text = luaL_checklstring(L, -1, &piece->len);
}

/*
 * operation{method=, pieces={text or entry position, ...}, entries={{key=,
 * name=, places=, type=, required=, identifier=}, ...}, safe=, retry_503=,
 * content=, content_type=, strict=, has_body=, anonymous=}; entries sorted by
 * name.
 */
int Lcln_operation(lua_State *L)
{
  struct lcln_operation *operation;
  size_t entries, pieces, i;
  const char *method;
  int companion, box;

  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_getfield(L, 1, "entries");
  lua_getfield(L, 1, "pieces");
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checktype(L, 3, LUA_TTABLE);
  entries = lcln_length(L, 2);
  pieces = lcln_length(L, 3);
  operation = lcln_new_box(L,
                           sizeof(*operation) +
                               entries * sizeof(operation->entries[0]) +
                               pieces * sizeof(operation->pieces[0]),
                           LCLN_OPERATION);
  box = lua_gettop(L);
  operation->pieces =
      (struct lcln_piece *)(void *)(operation->entries + entries + 1);
  lua_newtable(L);
  companion = lua_gettop(L);
  lua_pushvalue(L, 1); /* the spec keeps the names and the literals */
  lua_rawseti(L, companion, 0);

  method = lcln_text_field(L, 1, "method", NULL);
  luaL_argcheck(L, method && strlen(method) <= CLN_METHOD_MAX, 1,
                "method is missing or too long");
  strcpy(operation->method, method);
  operation->retry_class =
      lcln_boolean_field(L, 1, "safe", 0) ? CLN_RETRY_SAFE : CLN_RETRY_NEVER;
  operation->retry_503 = lcln_boolean_field(L, 1, "retry_503", 0);
  operation->content = read_content(L, lcln_text_field(L, 1, "content", NULL));
  operation->content_type = lcln_text_field(L, 1, "content_type", NULL);
  operation->strict = lcln_boolean_field(L, 1, "strict", 0);
  operation->has_body = lcln_boolean_field(L, 1, "has_body", 0);
  operation->anonymous = lcln_boolean_field(L, 1, "anonymous", 0);
  for (i = 0; i < entries; i++) {
    lua_rawgeti(L, 2, (int)i + 1);
    luaL_checktype(L, -1, LUA_TTABLE);
    read_entry(L, &operation->entries[i], companion, (int)i + 1);
    read_member(L, &operation->entries[i], companion, -(int)i - 1);
    lua_settop(L, companion);
  }
  operation->entry_count = entries;
  check_places(L, operation);
  keep_reserved(L, operation, companion);
  for (i = 0; i < pieces; i++) {
    lua_rawgeti(L, 3, (int)i + 1);
    read_piece(L, &operation->pieces[i], entries);
    lua_settop(L, companion);
  }
  operation->piece_count = pieces;
  lcln_set_companion(L, box);
  lua_settop(L, box);
  return 1;
}

const luaL_Reg lcln_operation_methods[] = {{NULL, NULL}};
