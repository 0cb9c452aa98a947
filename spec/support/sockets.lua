--- Which TCP connections a process has open, by /proc.

local sockets = {}

local function read(command)
  local pipe = assert(io.popen(command .. " 2>/dev/null", "r"))
  local said = pipe:read("*a")
  pipe:close()
  return said
end

--- The connections of this machine to these ports of loopback.
---@param ports integer[]
---@return table<string, true> inodes
function sockets.to(ports)
  local wanted, list = {}, {}
  for _, port in ipairs(ports) do wanted[port] = true end
  for line in read("cat /proc/net/tcp /proc/net/tcp6"):gmatch("[^\n]+") do
    local remote, inode = line:match("^%s*%d+: %x+:%x+ %x+:(%x+) %x+ %x+:%x+ %x+:%x+ %x+%s+%d+%s+%d+%s+(%d+)")
    if remote and inode ~= "0" and wanted[tonumber(remote, 16)] then list[inode] = true end
  end
  return list
end

--- How many of them are in a listing of /proc/PID/fd.
---@param listing string what `ls -l` says
---@param inodes table<string, true>
---@return integer
function sockets.among(listing, inodes)
  local count = 0
  for inode in listing:gmatch("socket:%[(%d+)%]") do
    if inodes[inode] then count = count + 1 end
  end
  return count
end

--- How many connections to these ports a process has open.
---@param pid integer
---@param ports integer[]
---@return integer
function sockets.count(pid, ports)
  return sockets.among(read(("ls -l /proc/%d/fd"):format(pid)), sockets.to(ports))
end

return sockets
