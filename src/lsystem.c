/*
 * What plain Lua lacks and the command needs: core.system. Each returns nil
 * and the system's message when it fails; none touches process-wide state
 * but exec, which replaces the process.
 */
#define _POSIX_C_SOURCE 200809L

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lbind.h"
#include "random.h"

static int push_errno(lua_State *L, int code)
{
  char text[CLN_ERRNO_TEXT_BYTES];

  lua_pushnil(L);
  lua_pushstring(L, cln_errno_text(code, text));
  return 2;
}

/* system.exec(path, {argument, ...}): replaces this process; returns
   nil, message only when that failed. */
static int Lcln_system_exec(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  size_t count, i;
  const char **arguments;

  luaL_checktype(L, 2, LUA_TTABLE);
  count = lcln_length(L, 2);
  arguments = lua_newuserdata(L, (count + 2) * sizeof(*arguments));
  arguments[0] = path;
  for (i = 1; i <= count; i++) {
    lua_rawgeti(L, 2, (int)i);
    arguments[i] = luaL_checkstring(L, -1);
    lua_pop(L, 1); /* the table keeps it */
  }
  arguments[count + 1] = NULL;
  execvp(path, (char *const *)arguments);
  return push_errno(L, errno);
}

/* system.make_private_dir(prefix) -> path: mode 0700, a random end. */
static int Lcln_system_make_private_dir(lua_State *L)
{
  char *path;
  size_t len;

  lua_settop(L, 1);
  luaL_checkstring(L, 1);
  lua_pushliteral(L, "XXXXXX");
  lua_concat(L, 2);
  lua_tolstring(L, 1, &len);
  path = lua_newuserdata(L, len + 1);
  memcpy(path, lua_tostring(L, 1), len + 1);
  if (!mkdtemp(path))
    return push_errno(L, errno);
  lua_pushstring(L, path);
  return 1;
}

static int write_all(int fd, const char *text, size_t len)
{
  while (len > 0) {
    ssize_t written = write(fd, text, len);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return errno ? errno : EIO;
    text += written;
    len -= (size_t)written;
  }
  return 0;
}

/* system.write_private_file(path, text) -> true: mode 0600, written aside and
   renamed, so that a reader sees the old text or the new one. */
static int Lcln_system_write_private_file(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  size_t len, path_len;
  const char *text = luaL_checklstring(L, 2, &len);
  char *aside;
  int fd, code;

  path_len = strlen(path);
  aside = lua_newuserdata(L, path_len + 8);
  memcpy(aside, path, path_len);
  memcpy(aside + path_len, ".XXXXXX", 8);
  fd = mkstemp(aside); /* mode 0600 */
  if (fd < 0)
    return push_errno(L, errno);
  code = write_all(fd, text, len);
  if (code == 0 && fsync(fd) != 0 && errno != EINVAL)
    code = errno;
  if (close(fd) != 0 && code == 0)
    code = errno;
  if (code == 0 && rename(aside, path) != 0)
    code = errno;
  if (code != 0) {
    unlink(aside);
    return push_errno(L, code);
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* system.take_lock(path, ttl_s) -> true, or false while somebody else has it.
   A lock file older than ttl_s was left by a process that died. */
static int Lcln_system_take_lock(lua_State *L)
{
  const char *path = luaL_checkstring(L, 1);
  double ttl_s = (double)luaL_checknumber(L, 2);
  struct stat info;
  int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

  if (fd < 0 && errno == EEXIST && stat(path, &info) == 0 &&
      difftime(time(NULL), info.st_mtime) > ttl_s && unlink(path) == 0)
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0 && errno != EEXIST)
    return push_errno(L, errno);
  if (fd >= 0)
    close(fd);
  lua_pushboolean(L, fd >= 0);
  return 1;
}

/* system.free_port() -> a TCP port that was free on 127.0.0.1 just now */
static int Lcln_system_free_port(lua_State *L)
{
  struct sockaddr_in address;
  socklen_t len = sizeof(address);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  int code = 0;

  if (fd < 0)
    return push_errno(L, errno);
  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, len) != 0 ||
      getsockname(fd, (struct sockaddr *)&address, &len) != 0)
    code = errno;
  close(fd);
  if (code != 0)
    return push_errno(L, code);
  lua_pushinteger(L, ntohs(address.sin_port));
  return 1;
}

static int Lcln_system_process_id(lua_State *L)
{
  lua_pushinteger(L, (lua_Integer)getpid());
  return 1;
}

/* system.random_bytes(n) -> string */
static int Lcln_system_random_bytes(lua_State *L)
{
  lua_Integer len = luaL_checkinteger(L, 1);
  struct cln_error error;
  void *bytes;

  luaL_argcheck(L, len > 0 && len <= 65536, 1, "1 to 65536 bytes");
  bytes = lua_newuserdata(L, (size_t)len);
  if (cln_random_bytes(bytes, (size_t)len, &error) != CLN_OK) {
    lua_pushnil(L);
    lua_pushstring(L, error.message);
    return 2;
  }
  lua_pushlstring(L, bytes, (size_t)len);
  return 1;
}

/* system.clock() -> seconds of a clock that never jumps */
static int Lcln_system_clock(lua_State *L)
{
  lua_pushnumber(L, (lua_Number)cln_now_ms() / 1000);
  return 1;
}

const luaL_Reg lcln_system_functions[] = {
    {"exec", Lcln_system_exec},
    {"make_private_dir", Lcln_system_make_private_dir},
    {"write_private_file", Lcln_system_write_private_file},
    {"take_lock", Lcln_system_take_lock},
    {"free_port", Lcln_system_free_port},
    {"process_id", Lcln_system_process_id},
    {"random_bytes", Lcln_system_random_bytes},
    {"clock", Lcln_system_clock},
    {NULL, NULL}};
