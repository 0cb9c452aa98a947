/*
 * See body.h.
 */
#define _POSIX_C_SOURCE   200809L
#define _FILE_OFFSET_BITS 64
#ifdef __APPLE__ /* which hides a file's nanoseconds from POSIX */
#define _DARWIN_C_SOURCE
#define st_mtim st_mtimespec
#endif

#include "body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grow.h"

/* Sums of sizes overflow nothing, and a double holds them exactly. */
#define MAX_FILES_BYTES ((uint64_t)1 << 53)

void cln_body_files_free(struct cln_body_files *files)
{
  size_t i;

  for (i = 0; i < files->count; i++) {
    close(files->list[i].fd);
    free(files->list[i].path);
  }
  free(files->list);
  memset(files, 0, sizeof(*files));
}

static enum cln_status fail_errno(struct cln_error *error, int code)
{
  char text[CLN_ERRNO_TEXT_BYTES];

  return cln_fail(error, CLN_VALIDATION, "the file cannot be read: %s",
                  cln_errno_text(code, text));
}

/* A pipe without a writer must not make the caller wait: O_NONBLOCK, which
   changes nothing for a regular file. */
static enum cln_status open_file(struct cln_body_file *file, const char *path,
                                 struct cln_error *error)
{
  struct stat info;

  file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (file->fd < 0)
    return fail_errno(error, errno);
  if (fstat(file->fd, &info) != 0)
    return fail_errno(error, errno);
  if (!S_ISREG(info.st_mode))
    return cln_fail(error, CLN_VALIDATION,
                    S_ISDIR(info.st_mode)
                        ? "it names a directory, not a file"
                        : "it names no regular file, whose size is known");
  file->bytes = (uint64_t)info.st_size;
  file->modified = info.st_mtim;
  file->path = strdup(path);
  return file->path ? CLN_OK : cln_fail(error, CLN_NOMEM, "out of memory");
}

enum cln_status cln_body_files_add(struct cln_body_files *files,
                                   const char *path, size_t at,
                                   struct cln_error *error)
{
  struct cln_body_file file = {-1, at, 0, {0, 0}, NULL};
  enum cln_status status;

  if (files->count == files->cap) {
    void *grown = cln_grow(files->list, &files->cap, sizeof(file));
    if (!grown)
      return cln_fail(error, CLN_NOMEM, "out of memory");
    files->list = grown;
  }
  status = open_file(&file, path, error);
  if (status == CLN_OK && file.bytes > MAX_FILES_BYTES - files->bytes)
    status = cln_fail(error, CLN_TOO_LARGE, "the files are too large");
  if (status != CLN_OK) {
    free(file.path);
    if (file.fd >= 0)
      close(file.fd);
    return status;
  }
  files->list[files->count++] = file;
  files->bytes += file.bytes;
  return CLN_OK;
}

void cln_body_reader_init(struct cln_body_reader *reader,
                          const struct cln_buffer *buffer,
                          const struct cln_body_files *files)
{
  memset(reader, 0, sizeof(*reader));
  reader->buffer = buffer;
  reader->files = files;
}

/* The file that is to be read now; NULL: bytes of the buffer are. */
static const struct cln_body_file *file_here(
    const struct cln_body_reader *reader)
{
  const struct cln_body_files *files = reader->files;

  if (reader->next_file < files->count &&
      files->list[reader->next_file].at <= reader->buffer_done)
    return &files->list[reader->next_file];
  return NULL;
}

/* Bytes of the buffer up to the next file, or the end. */
static size_t buffer_here(const struct cln_body_reader *reader)
{
  const struct cln_body_files *files = reader->files;
  size_t end = reader->next_file < files->count
                   ? files->list[reader->next_file].at
                   : reader->buffer->len;

  return end - reader->buffer_done;
}

bool cln_body_seek(struct cln_body_reader *reader, uint64_t offset)
{
  reader->next_file = 0;
  reader->file_done = 0;
  reader->buffer_done = 0;
  for (;;) {
    const struct cln_body_file *file = file_here(reader);
    uint64_t here = file ? file->bytes : buffer_here(reader);
    uint64_t step = offset < here ? offset : here;

    if (file)
      reader->file_done = step;
    else
      reader->buffer_done += (size_t)step;
    offset -= step;
    if (offset == 0 && step < here)
      return true;
    if (file) {
      reader->next_file++;
      reader->file_done = 0;
    } else if (reader->buffer_done == reader->buffer->len &&
               reader->next_file == reader->files->count) {
      return offset == 0;
    }
  }
}

static bool is_as_opened(const struct cln_body_file *file)
{
  struct stat info;

  return fstat(file->fd, &info) == 0 &&
         (uint64_t)info.st_size == file->bytes &&
         info.st_mtim.tv_sec == file->modified.tv_sec &&
         info.st_mtim.tv_nsec == file->modified.tv_nsec;
}

static enum cln_status fail_changed(struct cln_error *error)
{
  return cln_fail(error, CLN_VALIDATION,
                  "the file was changed while it was being sent");
}

static enum cln_status read_file(struct cln_body_reader *reader,
                                 const struct cln_body_file *file, char *out,
                                 size_t size, size_t *len,
                                 struct cln_error *error)
{
  uint64_t left = file->bytes - reader->file_done;
  ssize_t got;

  if (left < size)
    size = (size_t)left;
  do
    got = size > 0 ? pread(file->fd, out, size, (off_t)reader->file_done) : 0;
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return fail_errno(error, errno);
  if (got == 0 && left > 0)
    return fail_changed(error);
  if ((uint64_t)got == left && !is_as_opened(file))
    return fail_changed(error);
  reader->file_done += (uint64_t)got;
  if (reader->file_done == file->bytes) {
    reader->next_file++;
    reader->file_done = 0;
  }
  *len = (size_t)got;
  return CLN_OK;
}

enum cln_status cln_body_read(struct cln_body_reader *reader, char *out,
                              size_t size, size_t *len,
                              struct cln_error *error)
{
  *len = 0;
  while (*len < size) {
    const struct cln_body_file *file = file_here(reader);
    size_t here = size - *len;

    if (file) {
      enum cln_status status =
          read_file(reader, file, out + *len, here, &here, error);
      if (status != CLN_OK)
        return status;
    } else {
      if (buffer_here(reader) < here)
        here = buffer_here(reader);
      if (here == 0)
        break; /* no file, and no byte: the end */
      memcpy(out + *len, reader->buffer->data + reader->buffer_done, here);
      reader->buffer_done += here;
    }
    *len += here;
  }
  return CLN_OK;
}
