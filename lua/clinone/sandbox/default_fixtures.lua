--- What the sandbox knows when no --fixtures FILE is given: External Clients,
--- studies, sites and a few patients. All of it is made up.
--
-- JSON text, so that `clinone sandbox --print-fixtures > my.json` gives a user
-- a file to edit. clinone/sandbox/fixtures.lua documents the keys. Records are
-- answered as they are written here, so each stands on one line.

-- luacheck: no max string line length

return [==[
{
  "tenant": "clinonesandbox",
  "policy": "b2c_1_signin_signup",
  "api": "clinoneapi",
  "token_lifetime": 3600,

  "clients": [
    {
      "id": "sandbox-coordinator",
      "secret": "made~up+Coordinator/secret=100%2B",
      "scopes": ["api.study.read", "api.site.manage", "api.patient.manage"],
      "studies": "All Studies"
    },
    {
      "id": "sandbox-reader",
      "secret": "made~up+Reader/secret=50%25",
      "scopes": ["api.study.read", "api.site.read", "api.patient.read"],
      "studies": ["ONC-301"]
    },
    {
      "id": "sandbox-outsider",
      "secret": "made~up+Outsider/secret=7%7E",
      "scopes": ["api.study.manage", "api.site.manage", "api.patient.manage"],
      "studies": ["CARD-7"]
    }
  ],

  "keys": {
    "studies": ["studyIdentifier"],
    "sites": ["studyIdentifier", "siteIdentifier"],
    "patients": ["studyIdentifier", "siteIdentifier", "screeningNumber"]
  },

  "records": {
    "studies": [
      {"studyIdentifier": "ONC-301", "title": "A made-up oncology study", "status": "active"},
      {"studyIdentifier": "CARD-7", "title": "A made-up cardiology study", "status": "active"},
      {"studyIdentifier": "CDISCPILOT01", "title": "The CDISC pilot study", "status": "active"}
    ],
    "sites": [
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1042", "name": "Made-up hospital, north", "status": "active"},
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1043", "name": "Made-up hospital, south", "status": "active"},
      {"studyIdentifier": "CARD-7", "siteIdentifier": "2001", "name": "Made-up heart centre", "status": "active"}
    ],
    "patients": [
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1043", "screeningNumber": "1043-TEST-01", "status": "screening", "sex": "F", "birthYear": 1961, "visits": []},
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1043", "screeningNumber": "1043-TEST-02", "status": "enrolled", "sex": "M", "birthYear": 1948, "visits": []},
      {"studyIdentifier": "ONC-301", "siteIdentifier": "1043", "screeningNumber": "1043-TEST-03", "status": "withdrawn", "sex": "U", "birthYear": 1975, "visits": []}
    ]
  }
}
]==]
