#!/usr/bin/env python3
"""Uses the official OneLogin SDK (PyPI `onelogin` 4.0.1) on a simulator and prints one JSON line of counts.

    onelogin_sdk.py BASE_URL CLIENT_ID CLIENT_SECRET [--act]

Lists users, roles, groups, apps and events, each to its last page. With --act it also changes things: it gives a
role, sets a password, ends a user's sessions, removes the role again and revokes its token at the end. Calls that the
SDK could not read are in `failed`, by name; then the exit code is 1.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")

import onelogin  # noqa: E402
import pydantic  # noqa: E402


def pages_by_cursor(call):
    """All rows of a version 2 list, by the After-Cursor header; a cursor goes alone."""
    rows, cursor = [], None
    while True:
        answer = call(**({"cursor": cursor} if cursor else {"limit": 50}))
        rows += answer.data
        cursor = (answer.headers or {}).get("After-Cursor")
        if not cursor:
            return rows


def events(api, unknown):
    """All events, page by page by time: the SDK sends no cursor, so each page begins at the last one's newest.

    The SDK refuses a whole page for one event type that is not in its list, so rows are read one by one; the types it
    does not know are added to `unknown`.
    """
    rows, since = {}, None
    while True:
        answer = api.get_events_with_http_info(_preload_content=False, **({"since": since} if since else {}))
        page = json.loads(answer.raw_data)["data"]
        known = len(rows)
        for row in page:
            try:
                rows[row["id"]] = onelogin.Event.from_dict(row)
            except pydantic.ValidationError as error:
                if [problem["loc"] for problem in error.errors()] != [("event_type_id",)]:
                    raise
                unknown.add(row["event_type_id"])
                rows[row["id"]] = row
        if len(rows) == known:
            return list(rows.values())
        since = page[-1]["created_at"]


def succeeds(call, *arguments):
    """Whether a call with the answer `{"status":{...}}` went well; the SDK's model of it lacks the `status`."""
    answer = call(*arguments, _preload_content=False)
    status = json.loads(answer.raw_data)["status"]
    if status["code"] != 200 or status["error"]:
        raise RuntimeError(str(status))
    return True


class Report:
    """Counts by name, and what failed."""

    def __init__(self):
        self.line = {"failed": {}}

    def take(self, name, call):
        try:
            value = call()
            self.line[name] = len(value) if isinstance(value, list) else True
            return value
        except Exception as error:  # a client's test reports every kind of failure
            self.line["failed"][name] = f"{type(error).__name__}: {error}"[:300]
            return None


def read(client, report):
    users_api, roles_api = onelogin.UsersV2Api(client), onelogin.RolesApi(client)
    users = report.take("users", lambda: pages_by_cursor(users_api.list_users2_with_http_info))
    roles = report.take("roles", lambda: pages_by_cursor(roles_api.list_roles_with_http_info))
    report.take("groups", lambda: onelogin.GroupsApi(client).get_groups().data)
    report.take("apps", lambda: onelogin.AppsApi(client).list_apps())
    unknown = set()
    report.take("events", lambda: events(onelogin.EventsApi(client), unknown))
    report.line["unknown_event_types"] = sorted(unknown)
    report.take("event_types", lambda: onelogin.EventsApi(client).get_event_types().data)
    # The SDK's model of a privilege does not know the action `*`.
    privileges = onelogin.PrivilegesApi(client).list_privileges_with_http_info
    report.take("privileges", lambda: json.loads(privileges(_preload_content=False).raw_data))
    report.take("mappings", lambda: onelogin.UserMappingsApi(client).list_mappings())
    report.take("rate_limit", lambda: onelogin.OAuth2Api(client).get_rate_limit())
    if users:
        user = users[-1].id
        report.take("user", lambda: users_api.get_user2(user))
        report.take("user_apps", lambda: users_api.get_user_apps2(user))
        report.take("user_devices",
                    lambda: onelogin.MultiFactorAuthenticationApi(client).get_authentication_devices(user))
    if roles:
        role = str(roles[0].id)
        report.take("role_users", lambda: roles_api.get_role_users(role, limit=100))
        report.take("role_apps", lambda: roles_api.get_role_apps(role))
    return users, roles


def act(client, report, users, roles):
    user, role = users[-1].id, roles[-1].id
    api, roles_api = onelogin.UsersV1Api(client), onelogin.RolesApi(client)
    roles_request = onelogin.AddRolesToUserRequest(role_id_array=[role])
    report.take("add_roles", lambda: succeeds(api.add_roles_to_user_with_http_info, user, roles_request))
    password = onelogin.UpdatePasswordInsecureRequest(
        password="not-a-secret-1A!", password_confirmation="not-a-secret-1A!")
    report.take("set_password", lambda: succeeds(api.update_password_insecure_with_http_info, user, password))
    report.take("logout", lambda: succeeds(api.log_out_user_with_http_info, user))
    lock = onelogin.LockAccountUserRequest(locked_until=15)
    report.take("lock", lambda: succeeds(api.lock_account_user_with_http_info, user, lock))
    report.take("remove_role_users", lambda: roles_api.remove_role_users(str(role), [user]))
    report.take("add_role_users", lambda: roles_api.add_role_users(str(role), [user]))


def main():
    base, client_id, client_secret = sys.argv[1:4]
    configuration = onelogin.Configuration(host=base, username=client_id, password=client_secret)
    report = Report()
    with onelogin.ApiClient(configuration) as client:
        tokens = onelogin.OAuth2Api(client)
        token = tokens.generate_token(onelogin.GenerateTokenRequest(grant_type="client_credentials"))
        configuration.access_token = token.access_token
        users, roles = read(client, report)
        if "--act" in sys.argv and users and roles:
            act(client, report, users, roles)
            request = onelogin.RevokeTokensRequest(access_token=token.access_token)
            report.take("revoke", lambda: succeeds(tokens.revoke_tokens_with_http_info, None, request))
    print(json.dumps(report.line, sort_keys=True))
    return 1 if report.line["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
