"""The names of Django, asgiref and Celery that the reader has to know."""

ATOMIC = frozenset({"django.db.transaction.atomic", "django.db.transaction.Atomic"})
TO_ASYNC = frozenset(
    {
        "asgiref.sync.sync_to_async",
        "asgiref.sync.SyncToAsync",
        "channels.db.database_sync_to_async",
    }
)
TO_SYNC = frozenset({"asgiref.sync.async_to_sync", "asgiref.sync.AsyncToSync"})
BRIDGES = TO_ASYNC | TO_SYNC
USER_MODEL = "django.contrib.auth.get_user_model"
USER = "django.contrib.auth.models.User"
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
TIMEOUTS = frozenset({"asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout"})
BROWSER = "playwright.sync_api.sync_playwright"

CHAINED = frozenset(
    [
        "all",
        "filter",
        "exclude",
        "order_by",
        "distinct",
        "reverse",
        "select_related",
        "prefetch_related",
        "only",
        "defer",
        "using",
        "annotate",
        "alias",
        "select_for_update",
        "none",
        "union",
        "intersection",
        "difference",
        "extra",
        "complex_filter",
        "fetch_mode",
        "values",
        "values_list",
        "dates",
        "datetimes",
    ]
)
"""Methods that give a queryset and send nothing."""
PLAIN = frozenset({"values", "values_list", "dates", "datetimes"})
GIVES_ROW = frozenset({"get", "first", "last", "latest", "earliest", "create"})
ASKS = frozenset(
    [
        "get",
        "first",
        "last",
        "latest",
        "earliest",
        "create",
        "count",
        "exists",
        "aggregate",
        "update",
        "delete",
        "get_or_create",
        "update_or_create",
        "bulk_create",
        "bulk_update",
        "in_bulk",
        "contains",
        "explain",
        "get_by_natural_key",
        "create_user",
        "create_superuser",
        "get_for_model",
        "get_for_id",
        "add",
        "remove",
        "set",
        "clear",
        "iterator",
    ]
)
"""Methods of managers and querysets that send a statement at once."""
ASYNC_ROW = frozenset({"aget", "afirst", "alast", "alatest", "aearliest", "acreate"})
ASYNC_ASKS = ASYNC_ROW | frozenset(
    [
        "acount",
        "aexists",
        "aaggregate",
        "aupdate",
        "adelete",
        "aget_or_create",
        "aupdate_or_create",
        "abulk_create",
        "abulk_update",
        "ain_bulk",
        "acontains",
        "aexplain",
        "aadd",
        "aremove",
        "aset",
        "aclear",
        "acreate_user",
        "acreate_superuser",
    ]
)
WRITES = frozenset(
    [
        "create",
        "update",
        "delete",
        "get_or_create",
        "update_or_create",
        "bulk_create",
        "bulk_update",
        "add",
        "remove",
        "set",
        "clear",
        "save",
        "acreate",
        "aupdate",
        "adelete",
        "aget_or_create",
        "aupdate_or_create",
        "abulk_create",
        "abulk_update",
        "aadd",
        "aremove",
        "aset",
        "aclear",
        "asave",
    ]
)
OF_A_ROW = frozenset({"save", "delete", "refresh_from_db", "validate_unique"})
ASYNC_OF_A_ROW = frozenset({"asave", "adelete", "arefresh_from_db"})
PERMISSIONS = frozenset(
    [
        "has_perm",
        "has_perms",
        "has_module_perms",
        "get_user_permissions",
        "get_group_permissions",
        "get_all_permissions",
    ]
)
UNMISTAKABLE = frozenset(
    [
        "aexists",
        "acount",
        "aget",
        "aget_or_create",
        "aupdate_or_create",
        "abulk_create",
        "abulk_update",
        "aaggregate",
        "asave",
        "arefresh_from_db",
        "ain_bulk",
        "acontains",
        "acreate_user",
        "auser",
        "ahas_perm",
        "ahas_perms",
        "ahas_module_perms",
        "aget_user_permissions",
        "aget_all_permissions",
        "acheck_password",
        "afirst",
        "alast",
        "aearliest",
        "alatest",
        "acreate",
        "aupdate",
    ]
)
"""Methods that are coroutines wherever they are met in Django code."""
ASYNC_FUNCTIONS = frozenset(
    [
        "asyncio.sleep",
        "asyncio.wait_for",
        "asyncio.wait",
        "asyncio.to_thread",
        "django.contrib.auth.aauthenticate",
        "django.contrib.auth.alogin",
        "django.contrib.auth.alogout",
        "django.contrib.auth.aget_user",
        "django.contrib.auth.aupdate_session_auth_hash",
        "django.shortcuts.aget_object_or_404",
        "django.shortcuts.aget_list_or_404",
    ]
)
MENTIONED = frozenset(
    [
        "get_running_loop",
        "get_event_loop",
        "is_running",
        "iscoroutinefunction",
        "iscoroutine",
        "isawaitable",
        "markcoroutinefunction",
        "_get_running_loop",
        "SynchronousOnlyOperation",
        "current_task",
        "sniffio",
    ]
)
"""What a function looks at that decides by itself whether a loop runs."""
QUEUE_IN_THE_DATABASE = "django_tasks_db"
"""The package whose tasks are queued in the caller's transaction."""
SETTINGS = frozenset(
    {"ATOMIC_REQUESTS", "CONN_MAX_AGE", "DJANGO_ALLOW_ASYNC_UNSAFE"}
    | {"CELERY_TASK_SERIALIZER", "task_serializer"}
)
