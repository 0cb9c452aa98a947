-- Runs busted under the Lua that runs this file, and closes with the line
-- `N passed, N failed`: a skip counts as a failure, and so does a spec file
-- that was not picked up or that holds no test.
--
--   LUA .ci/busted.lua [--stop-the-world] SPEC_FILE...

local stop_the_world = arg[1] == "--stop-the-world"
if stop_the_world then table.remove(arg, 1) end

local files = {}
for i = 1, #arg do files[i] = arg[i] end

-- busted's own printer, with our count behind it.
package.preload["busted.outputHandlers.counted"] = function()
  return function(options)
    local busted = require "busted"
    local handler = require "busted.outputHandlers.plainTerminal" (options)
    local file, empty, seen = nil, {}, 0
    busted.subscribe({ "file", "start" }, function(element)
      file, seen = element.name, seen + 1
      empty[file] = true
      return nil, true
    end)
    busted.subscribe({ "test", "start" }, function()
      empty[file] = nil
      return nil, true
    end)
    busted.subscribe({ "suite", "end" }, function()
      local failed = handler.failuresCount + handler.errorsCount
        + handler.pendingsCount
      for name in pairs(empty) do
        failed = failed + 1
        print("no test in " .. name)
      end
      if seen ~= #files then
        failed = failed + 1
        print(("%d of %d spec files were run"):format(seen, #files))
      end
      print(("%d passed, %d failed"):format(handler.successesCount, failed))
      io.stdout:flush()
      return nil, true
    end, { priority = 100 })
    return handler
  end
end

-- Each collection is done in one step, and the next is due when the heap has
-- grown by a hundredth: what C holds without an anchor is soon gone.
if stop_the_world then
  if _VERSION == "Lua 5.4" then
    collectgarbage("incremental", 104, 1000, 40)
  else
    collectgarbage("setpause", 101)
    collectgarbage("setstepmul", 1000000)
  end
end

for i = #arg, 1, -1 do arg[i + 1] = arg[i] end
arg[1] = "--output=counted"
require "busted.runner" { standalone = false }
