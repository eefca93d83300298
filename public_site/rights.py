"""Who may read which page: one row for every address, beside those of `api.rights`."""

from api.rights import Right, public

RIGHTS: tuple[Right, ...] = (
    public("GET", "/"),
    public("GET", "/about"),
    public("GET", "/boards"),
    public("GET", "/businesses/{business_id}"),
    public("GET", "/changes"),
    public("GET", "/editions"),
    public("GET", "/lists/black"),
    public("GET", "/lists/red"),
    public("GET", "/lists/{regime}"),
    public("GET", "/lists/{regime}/editions"),
    public("GET", "/lists/{regime}/editions/{version}"),
    public("GET", "/lists/{regime}/entries/{entry_id}"),
    public("GET", "/log"),
    public("GET", "/repair"),
    public("GET", "/report"),
    public("GET", "/rules"),
    public("GET", "/search"),
    public("GET", "/static/{name}"),
    public("GET", "/statistics"),
    public("GET", "/transparency"),
    public("GET", "/transparency/{name}"),
    public("GET", "/verify"),
    public("GET", "/verify/{code}"),
)
