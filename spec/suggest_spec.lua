-- "Did you mean": what is near enough, and what is said when nothing is.

local suggest = require "clinone.suggest"

local known = { create = 1, update = 1, studyIdentifier = 1, site_id = 1, get = 1 }

describe("suggest", function()
  it("finds the nearest name, whatever its case, _ and -", function()
    for given, wanted in pairs {
      craete = "create", creat = "create", Create = "create", updates = "update", upd_ate = "update",
      studyidentifer = "studyIdentifier", ["STUDY-IDENTIFIER"] = "studyIdentifier", siteId = "site_id", gt = "get",
    } do
      assert.equal(wanted, suggest.nearest(given, known), given)
    end
  end)

  it("finds none where none is near", function()
    for _, given in ipairs { "x", "delete it all", "", ("create"):rep(20), 7, true } do
      assert.is_nil(suggest.nearest(given, known), tostring(given))
    end
    assert.is_nil(suggest.nearest(nil, known))
  end)

  it("decides ties the same way every time", function()
    for _ = 1, 20 do assert.equal("aa1", suggest.nearest("aax", { aa3 = 1, aa1 = 1, aa2 = 1 })) end
  end)

  it("lists what there is, unless it is long or nothing", function()
    assert.equal(' (did you mean "create"?)', suggest.phrase("craete", known))
    assert.equal(" (there are: create, get, site_id, studyIdentifier, update)", suggest.phrase("zzzzz", known))
    assert.equal("", suggest.phrase("zzzzz", {}))
    local many = {}
    for i = 1, 13 do many["name" .. i * 1000] = true end
    assert.equal("", suggest.phrase("zzzzz", many))
  end)
end)
