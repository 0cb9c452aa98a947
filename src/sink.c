/*
 * See sink.h. The directory is held open, so that a script may change its
 * own meanwhile.
 */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64

#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "random.h"

#define MAX_STEM_BYTES 200 /* of the name, in the name aside */
#define MAX_ASIDE      (MAX_STEM_BYTES + 32)

struct cln_sink {
  int fd;                /* the file aside; -1: none */
  int directory;         /* where both stand; -1: not opened */
  long pid;              /* the process that opened them */
  bool kept;             /* it has its name */
  char aside[MAX_ASIDE]; /* its name so far */
  const char *name;      /* the last part of path */
  char path[1];          /* as given, NUL-terminated */
};

struct cln_sink *cln_sink_new(const char *path)
{
  size_t len = strlen(path);
  struct cln_sink *sink = calloc(1, sizeof(*sink) + len);
  const char *slash;

  if (!sink)
    return NULL;
  memcpy(sink->path, path, len + 1);
  slash = strrchr(sink->path, '/');
  sink->name = slash ? slash + 1 : sink->path;
  sink->fd = -1;
  sink->directory = -1;
  return sink;
}

const char *cln_sink_path(const struct cln_sink *sink)
{
  return sink->path;
}

static void close_all(struct cln_sink *sink)
{
  if (sink->fd >= 0)
    close(sink->fd);
  if (sink->directory >= 0)
    close(sink->directory);
  sink->fd = -1;
  sink->directory = -1;
}

static void discard(struct cln_sink *sink)
{
  if (sink->directory >= 0 && sink->aside[0] && !sink->kept &&
      sink->pid == (long)getpid())
    unlinkat(sink->directory, sink->aside, 0);
  sink->aside[0] = '\0';
  close_all(sink);
}

void cln_sink_free(struct cln_sink *sink)
{
  if (!sink)
    return;
  discard(sink);
  free(sink);
}

static enum cln_status fail_errno(struct cln_error *error, int code)
{
  char text[CLN_ERRNO_TEXT_BYTES];

  return cln_fail(error, CLN_CONFIG, "%s", cln_errno_text(code, text));
}

static enum cln_status open_directory(struct cln_sink *sink,
                                      struct cln_error *error)
{
  size_t len = (size_t)(sink->name - sink->path);
  char *text;
  int code;

  if (len == 0) {
    sink->directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return sink->directory >= 0 ? CLN_OK : fail_errno(error, errno);
  }
  text = malloc(len + 1);
  if (!text)
    return cln_fail(error, CLN_NOMEM, "out of memory");
  memcpy(text, sink->path, len);
  text[len] = '\0';
  sink->directory = open(text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  code = errno;
  free(text);
  return sink->directory >= 0 ? CLN_OK : fail_errno(error, code);
}

/* A rename would put our file in the place of a device or a link, too. */
static enum cln_status check_target(const struct cln_sink *sink,
                                    struct cln_error *error)
{
  struct stat info;

  if (sink->name[0] == '\0')
    return cln_fail(error, CLN_CONFIG, "the path names a directory");
  if (strlen(sink->name) > 255)
    return fail_errno(error, ENAMETOOLONG);
  if (fstatat(sink->directory, sink->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? CLN_OK : fail_errno(error, errno);
  if (S_ISDIR(info.st_mode))
    return cln_fail(error, CLN_CONFIG, "the path names a directory");
  if (!S_ISREG(info.st_mode))
    return cln_fail(error, CLN_CONFIG,
                    "what stands there is no regular file, and is not "
                    "replaced");
  return CLN_OK;
}

/* As much of the name as there is room for; no half of a UTF-8 character,
   which some file systems refuse. */
static int stem_bytes(const char *name)
{
  int len = (int)strnlen(name, MAX_STEM_BYTES);

  while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
    len--;
  return len;
}

static enum cln_status open_aside(struct cln_sink *sink,
                                  struct cln_error *error)
{
  uint64_t number;
  enum cln_status status = cln_random_bytes(&number, sizeof(number), error);

  if (status != CLN_OK)
    return status;
  snprintf(sink->aside, sizeof(sink->aside), "%.*s.%016llx.part",
           stem_bytes(sink->name), sink->name, (unsigned long long)number);
  sink->fd =
      openat(sink->directory, sink->aside,
             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (sink->fd >= 0)
    return CLN_OK;
  sink->aside[0] = '\0'; /* not ours to remove */
  return fail_errno(error, errno);
}

enum cln_status cln_sink_explain(struct cln_error *error, int http_status)
{
  char reason[sizeof(error->message)];

  memcpy(reason, error->message, sizeof(reason));
  if (http_status == 0)
    return cln_fail(error, error->status, "save_to: %.200s", reason);
  return cln_fail(error, error->status,
                  "the server answered %d, but the answer cannot be saved: "
                  "%.200s",
                  http_status, reason);
}

static enum cln_status begin(struct cln_sink *sink, struct cln_error *error)
{
  enum cln_status status;

  if (sink->fd >= 0 && sink->pid == (long)getpid()) {
    if (ftruncate(sink->fd, 0) != 0 || lseek(sink->fd, 0, SEEK_SET) != 0)
      return fail_errno(error, errno);
    return CLN_OK;
  }
  close_all(sink);
  sink->aside[0] = '\0';
  sink->pid = (long)getpid();
  status = open_directory(sink, error);
  if (status == CLN_OK)
    status = check_target(sink, error);
  if (status == CLN_OK)
    status = open_aside(sink, error);
  if (status != CLN_OK)
    close_all(sink);
  return status;
}

enum cln_status cln_sink_begin(struct cln_sink *sink, struct cln_error *error)
{
  return begin(sink, error) == CLN_OK ? CLN_OK : cln_sink_explain(error, 0);
}

enum cln_status cln_sink_write(struct cln_sink *sink, const void *data,
                               size_t len, struct cln_error *error)
{
  const char *at = data;

  while (len > 0) {
    ssize_t written = write(sink->fd, at, len);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return fail_errno(error, written < 0 ? errno : EIO);
    at += written;
    len -= (size_t)written;
  }
  return CLN_OK;
}

enum cln_status cln_sink_keep(struct cln_sink *sink, struct cln_error *error)
{
  int code = 0;

  if (sink->kept)
    return CLN_OK;
  if (sink->pid != (long)getpid())
    return cln_fail(error, CLN_CONFIG, "it belongs to the parent process");
  if (fsync(sink->fd) != 0 && errno != EINVAL)
    code = errno;
  if (close(sink->fd) != 0 && code == 0)
    code = errno;
  sink->fd = -1;
  if (code == 0 &&
      renameat(sink->directory, sink->aside, sink->directory, sink->name) != 0)
    code = errno;
  sink->kept = code == 0;
  discard(sink);
  return code == 0 ? CLN_OK : fail_errno(error, code);
}
