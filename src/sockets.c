/* See sockets.h. */
#define _POSIX_C_SOURCE 200809L

#include "sockets.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int cln_sockets_open(struct cln_sockets *sockets, int family, int type,
                     int protocol)
{
  int fd = socket(family, type, protocol);

  if (fd < 0)
    return -1;
  if (sockets->count == sockets->cap) {
    size_t cap = sockets->cap ? 2 * sockets->cap : 16;
    int *grown = realloc(sockets->fds, cap * sizeof(*grown));
    if (!grown) {
      close(fd);
      return -1;
    }
    sockets->fds = grown;
    sockets->cap = cap;
  }
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  sockets->fds[sockets->count++] = fd;
  return fd;
}

int cln_sockets_close(struct cln_sockets *sockets, int fd)
{
  size_t i;

  for (i = 0; i < sockets->count; i++)
    if (sockets->fds[i] == fd) {
      sockets->fds[i] = sockets->fds[--sockets->count];
      break;
    }
  return close(fd);
}

void cln_sockets_close_all(struct cln_sockets *sockets)
{
  size_t i;

  for (i = 0; i < sockets->count; i++)
    close(sockets->fds[i]);
  cln_sockets_free(sockets);
}

void cln_sockets_free(struct cln_sockets *sockets)
{
  free(sockets->fds);
  sockets->fds = NULL;
  sockets->count = 0;
  sockets->cap = 0;
}
