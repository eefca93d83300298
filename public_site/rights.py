"""Who may read which page: one row for every address, beside those of `api.rights`."""

from api.rights import (
    APPROVERS,
    BODY,
    EITHER,
    NATION,
    OFFICERS,
    OWN,
    PATH,
    READERS,
    STATED,
    Right,
    public,
    signed_in,
)

RIGHTS: tuple[Right, ...] = (
    public("GET", "/"),
    public("GET", "/.well-known/security.txt"),
    public("GET", "/about"),
    public("GET", "/accessibility"),
    public("GET", "/data"),
    public("GET", "/robots.txt"),
    public("GET", "/sitemap.xml"),
    public("GET", "/sitemaps/{name}"),
    public("GET", "/boards"),
    public("GET", "/businesses/{business_id}"),
    public("GET", "/changes"),
    public("GET", "/editions"),
    public("GET", "/instruments/{instrument_id}"),
    public("GET", "/lists/black"),
    public("GET", "/lists/red"),
    public("GET", "/lists/{regime}"),
    public("GET", "/lists/{regime}/editions"),
    public("GET", "/lists/{regime}/editions/{version}"),
    public("GET", "/lists/{regime}/entries/{entry_id}"),
    public("GET", "/lists/{regime}/export/{name}"),
    public("GET", "/lists/{regime}/{name}"),
    public("GET", "/log"),
    public("GET", "/match"),
    public("POST", "/match"),
    public("GET", "/repair"),
    public("GET", "/rules"),
    public("GET", "/rules/diff"),
    public("GET", "/search"),
    public("GET", "/search/export/{name}"),
    public("GET", "/static/{name}"),
    public("GET", "/statistics"),
    public("GET", "/transparency"),
    public("GET", "/transparency/{name}"),
    public("GET", "/verify"),
    public("GET", "/verify/{code}"),
    # the desks: ways in, and what everybody keeps for himself
    public("GET", "/desk/sign-in"),
    public("POST", "/desk/sign-in"),
    public("GET", "/desk/invitation"),
    public("POST", "/desk/invitation"),
    signed_in("GET", "/desk"),
    signed_in("GET", "/desk/password"),
    signed_in("POST", "/desk/password"),
    signed_in("POST", "/desk/sign-out"),
    signed_in("GET", "/desk/sessions"),
    signed_in("POST", "/desk/sessions/{session_id}/end"),
    signed_in("GET", "/desk/second-factor"),
    signed_in("POST", "/desk/second-factor"),
    signed_in("POST", "/desk/second-factor/confirm"),
    # who asks for an account, and who confirms it
    public("GET", "/desk/sign-up"),
    public("POST", "/desk/sign-up"),
    Right("GET", "/desk/sign-ups", ("officer",), OWN),
    Right("POST", "/desk/sign-ups/{sign_up_id}/decision", ("officer",), OWN),
    # the operator's desk: the market is asked for again where it is read
    *(
        Right(method, f"/desk/markets{path}", ("operator",), OWN)
        for method, path in (
            ("GET", ""),
            ("GET", "/{market_id}"),
            ("GET", "/{market_id}/sheet"),
            ("POST", "/{market_id}/examination"),
            ("POST", "/{market_id}/import"),
            ("GET", "/{market_id}/import"),
            ("POST", "/{market_id}/returned"),
            ("GET", "/{market_id}/expiring"),
            ("GET", "/{market_id}/exports/{name}"),
            ("GET", "/{market_id}/stalls/{business_id}/pledge"),
            ("POST", "/{market_id}/stalls/{business_id}/pledge"),
            ("POST", "/{market_id}/stalls/{business_id}/pledge/paper"),
            ("GET", "/{market_id}/stalls/{business_id}/pledge/blank"),
            ("GET", "/{market_id}/pledges/{pledge_id}/{sheet}"),
        )
    ),
    # the desk of a verification body: its regions are asked for again where they are read
    Right("GET", "/desk/verifying", ("verifier",), OWN),
    Right("GET", "/desk/verifying/instruments/{instrument_id}", ("verifier",), PATH),
    Right("POST", "/desk/verifying/instruments/{instrument_id}", ("verifier",), PATH),
    # files of rows: each row is refused that is of a region of others
    *(
        Right(method, f"/desk/{place}/{page}", (role,), OWN)
        for place, role in (("verifying", "verifier"), ("businesses", "officer"))
        for method, page in (
            ("GET", "sheet"),
            ("POST", "examination"),
            ("GET", "import"),
            ("POST", "import"),
            ("POST", "returned"),
        )
    ),
    # the assistant's desk, which has no form: the market is asked for again where it is read
    Right("GET", "/desk/watch", ("assistant",), OWN),
    Right("GET", "/desk/watch/{market_id}", ("assistant",), OWN),
    # the merchant's desk: only what is of the own business is read
    Right("GET", "/desk/own", ("merchant",), OWN),
    Right("GET", "/desk/own/papers/{document_id}", ("merchant",), OWN),
    *(
        Right(method, f"/desk/own/{path}", ("merchant",), OWN)
        for method, path in (
            ("GET", "notices/{proposal_id}"),
            ("GET", "notices/{proposal_id}/{step}"),
            ("POST", "notices/{proposal_id}/{step}"),
            ("GET", "businesses/{business_id}/pledge"),
            ("POST", "businesses/{business_id}/pledge"),
            ("GET", "pledges/{pledge_id}/sticker"),
            ("GET", "objections/new"),
            ("POST", "objections"),
            ("GET", "objections/{objection_id}"),
            ("GET", "objections/{objection_id}/{step}"),
            ("POST", "objections/{objection_id}/{step}"),
            ("GET", "repairs/new"),
            ("POST", "repairs"),
            ("GET", "repairs/{repair_id}"),
            ("GET", "repairs/{repair_id}/{step}"),
            ("POST", "repairs/{repair_id}/{step}"),
        )
    ),
    # the auditor's desk
    Right("GET", "/desk/audit", ("auditor",), OWN),
    Right("GET", "/desk/audit/export/{name}", ("auditor",), OWN),
    Right("GET", "/desk/audit/{seq}", ("auditor",), OWN),
    # the administrator's desk: accounts only
    *(
        Right(method, f"/desk/{path}", ("administrator",), NATION)
        for method, path in (
            ("GET", "accounts"),
            ("GET", "accounts/export/{name}"),
            ("GET", "new-account"),
            ("POST", "new-account"),
            ("GET", "accounts/{name}"),
            ("POST", "accounts/{name}/grants"),
            ("POST", "accounts/{name}/grants/end"),
            ("POST", "accounts/{name}/disabling"),
            ("POST", "accounts/{name}/enabling"),
            ("POST", "accounts/{name}/password-change"),
            ("POST", "accounts/{name}/invitation"),
            ("POST", "accounts/{name}/sessions/{session_id}/end"),
            ("POST", "accounts/{name}/recovery"),
            ("GET", "recoveries"),
            ("POST", "recoveries/{recovery_id}/grant"),
        )
    ),
    # the desk of reports: of the own office alone, which the verbs ask for in the audit log's transaction
    *(
        Right(method, f"/desk/reports{path}", ("report_handler", "custodian"), OWN)
        for method, path in (
            ("GET", ""),
            ("POST", "/unlocking"),
            ("POST", "/locking"),
            ("GET", "/keys"),
            ("POST", "/keys"),
            ("POST", "/keys/passphrase"),
            ("POST", "/keys/shares"),
            ("POST", "/keys/confirmation"),
            ("POST", "/keys/epochs"),
            ("POST", "/keys/epochs/confirmation"),
            ("POST", "/keys/ending"),
            ("POST", "/keys/resealing"),
        )
    ),
    # rewards: their regions are asked for where they are read, and again by the commands
    *(
        Right("GET", f"/desk/reports/rewards{path}", ("report_handler", "approver", "custodian"), OWN)
        for path in ("", "/export/{name}", "/{reward_id}")
    ),
    Right("GET", "/desk/reports/rewards/new", ("report_handler",), OWN),
    Right("POST", "/desk/reports/rewards", ("report_handler",), OWN),
    Right("POST", "/desk/reports/rewards/{reward_id}/decision", ("approver",), OWN),
    Right("POST", "/desk/reports/rewards/{reward_id}/consent", ("approver",), OWN),
    Right("POST", "/desk/reports/rewards/{reward_id}/telling", ("report_handler",), OWN),
    Right("POST", "/desk/reports/rewards/{reward_id}/payment", ("custodian",), OWN),
    *(
        Right("POST", f"/desk/reports/disclosures/{{request_id}}/{verb}", ("custodian",), OWN)
        for verb in ("approval", "refusal", "release")
    ),
    *(
        Right(method, f"/desk/reports/{{report_id}}{path}", ("report_handler",), OWN)
        for method, path in (
            ("GET", ""),
            ("POST", "/opening"),
            ("POST", "/files/{part}/{number}"),
            ("POST", "/referral"),
            ("POST", "/steps/{step}"),
            ("POST", "/disclosures"),
            ("POST", "/disclosed/{compartment}"),
        )
    ),
    # cases of the own regions
    Right("GET", "/desk/cases", READERS, OWN),
    Right("GET", "/desk/cases/{proposal_id}", READERS, PATH),
    Right("GET", "/desk/cases/{proposal_id}/steps/{step}", EITHER, PATH),
    Right("POST", "/desk/cases/{proposal_id}/steps/{step}", EITHER, PATH),
    Right("GET", "/desk/cases/{proposal_id}/papers/{step}", EITHER, PATH),
    Right("POST", "/desk/cases/{proposal_id}/papers/{step}", EITHER, PATH),
    Right("GET", "/desk/documents/{document_id}", READERS, PATH),
    Right("GET", "/desk/papers/{code}/revocation", APPROVERS, PATH),
    Right("POST", "/desk/papers/{code}/revocation", APPROVERS, PATH),
    Right("GET", "/desk/cases/new", OFFICERS, OWN),
    Right("POST", "/desk/cases", OFFICERS, BODY),
    Right("POST", "/desk/cases/pointer", OFFICERS, BODY),
    # entries, and what a party asks for
    Right("GET", "/desk/entries", READERS, OWN),
    Right("GET", "/desk/entries/{entry_id}", READERS, PATH),
    Right("GET", "/desk/entries/{entry_id}/{step}", EITHER, PATH),
    Right("POST", "/desk/entries/{entry_id}/{step}", EITHER, PATH),
    Right("GET", "/desk/editions/new", EITHER, OWN),
    Right("POST", "/desk/editions", EITHER, STATED),
    Right("GET", "/desk/objections", READERS, OWN),
    Right("GET", "/desk/objections/new", OFFICERS, OWN),
    Right("POST", "/desk/objections", OFFICERS, BODY),
    Right("GET", "/desk/objections/{objection_id}", READERS, PATH),
    Right("GET", "/desk/objections/{objection_id}/{step}", EITHER, PATH),
    Right("POST", "/desk/objections/{objection_id}/{step}", EITHER, PATH),
    Right("GET", "/desk/repairs", READERS, OWN),
    Right("GET", "/desk/repairs/new", OFFICERS, OWN),
    Right("POST", "/desk/repairs", OFFICERS, BODY),
    Right("GET", "/desk/repairs/{repair_id}", READERS, PATH),
    Right("GET", "/desk/repairs/{repair_id}/{step}", EITHER, PATH),
    Right("POST", "/desk/repairs/{repair_id}/{step}", EITHER, PATH),
    Right("GET", "/desk/complaints", READERS, OWN),
    Right("GET", "/desk/complaints/new", OFFICERS, OWN),
    Right("POST", "/desk/complaints", OFFICERS, BODY),
    Right("GET", "/desk/complaints/{complaint_id}", READERS, PATH),
    Right("GET", "/desk/complaints/{complaint_id}/{step}", OFFICERS, PATH),
    Right("POST", "/desk/complaints/{complaint_id}/{step}", OFFICERS, PATH),
    # the officer's desk: the businesses of the own regions
    Right("GET", "/desk/businesses", READERS, OWN),
    Right("GET", "/desk/businesses/{business_id}", READERS, PATH),
    Right("POST", "/desk/searches", READERS, OWN),
    Right("POST", "/desk/searches/{search_id}/end", READERS, OWN),
    Right("GET", "/desk/plan", READERS, OWN),
    Right("GET", "/desk/incomplete", READERS, OWN),
    Right("GET", "/desk/exports/{name}", READERS, OWN),
    Right("GET", "/desk/violations/correction", OFFICERS, OWN),
    Right("POST", "/desk/violations/correction", OFFICERS, BODY),
    Right("POST", "/desk/decisions/standing", OFFICERS, BODY),
    *(
        right
        for fact in ("pledges", "designations", "verifications", "violations")
        for right in (
            Right("GET", f"/desk/{fact}/new", OFFICERS, OWN),
            Right("POST", f"/desk/{fact}/new", OFFICERS, BODY),
        )
    ),
)
