/* See lfile.h. */
#include "lfile.h"

#include <string.h>

#include "lvalue.h"

const struct lcln_file *lcln_to_file(lua_State *L, int index)
{
  const struct lcln_file *file = NULL;

  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
    return NULL;
  if (lua_rawequal(L, -1, lua_upvalueindex(LCLN_FILE)))
    file = lua_touserdata(L, index);
  lua_pop(L, 1);
  return file;
}

static char *put_text(char *at, const char **text, const char *from,
                      size_t len)
{
  memcpy(at, from, len);
  at[len] = '\0';
  *text = at;
  return at + len + 1;
}

/* file(path, type or nil, name or nil); the name is the path's last part,
   unless one is given. */
int Lcln_file(lua_State *L)
{
  size_t path_len, type_len, name_len;
  const char *path = luaL_checklstring(L, 1, &path_len);
  const char *type = luaL_optlstring(L, 2, NULL, &type_len);
  const char *name = luaL_optlstring(L, 3, NULL, &name_len);
  struct lcln_file *file;
  char *at;

  luaL_argcheck(L, path_len > 0 && strlen(path) == path_len, 1,
                "it is empty, or holds a NUL");
  luaL_argcheck(L,
                !type || (type_len > 0 && lcln_is_plain_text(type, type_len)),
                2, "it is no media type such as application/pdf");
  if (!name) {
    const char *slash = strrchr(path, '/');
    name = slash ? slash + 1 : path;
    name_len = strlen(name);
  }
  if (!type)
    type_len = 0;
  file = lcln_new_box(L, sizeof(*file) + path_len + type_len + name_len + 3,
                      LCLN_FILE);
  at = put_text((char *)(file + 1), &file->path, path, path_len);
  at = put_text(at, &file->name, name, name_len);
  file->name_len = name_len;
  if (type)
    put_text(at, &file->type, type, type_len);
  return 1;
}

/* Without the path, which may name a patient. */
static int Lcln_file_tostring(lua_State *L)
{
  lua_pushliteral(L, "clinone.file");
  return 1;
}

const luaL_Reg lcln_file_methods[] = {{"__tostring", Lcln_file_tostring},
                                      {NULL, NULL}};
