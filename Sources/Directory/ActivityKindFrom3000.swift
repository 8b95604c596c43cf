extension ActivityKind {
    /// Types 3000 and up: OpenID Connect, groups, workflows, app rules.
    ///
    /// A line is `number name kind meaning`; a kind of `-` stands for `onelogin.` and the name in lower case.
    static let typesFrom3000 = """
        3000 OIDC_GENERAL_FAIL - OpenID Connect general failure
        3001 OIDC_IMPLICIT_FLOW_SUCCESS - OpenID Connect: implicit flow went well
        3002 OIDC_IMPLICIT_FLOW_FAILED - OpenID Connect: implicit flow went wrong
        3003 OIDC_GET_CODE_SUCCESS - OpenID Connect: get code went well
        3004 OIDC_GET_CODE_FAILED - OpenID Connect: get code went wrong
        3005 OIDC_AUTHORIZATION_CODE_SUCCESS - OpenID Connect: authorization code went well
        3006 OIDC_AUTHORIZATION_CODE_FAILED - OpenID Connect: authorization code went wrong
        3007 OIDC_CLIENT_CREDENTIALS_SUCCESS - OpenID Connect: client credentials went well
        3008 OIDC_CLIENT_CREDENTIALS_FAILED - OpenID Connect: client credentials went wrong
        3009 OIDC_PASSWORD_SUCCESS - OpenID Connect: password went well
        3010 OIDC_PASSWORD_FAILED - OpenID Connect: password went wrong
        3011 OIDC_REFRESH_TOKEN_SUCCESS - OpenID Connect: refresh token went well
        3012 OIDC_REFRESH_TOKEN_FAILED - OpenID Connect: refresh token went wrong
        3013 OIDC_VALIDATE_TOKEN_SUCCESS - OpenID Connect: validate token went well
        3014 OIDC_VALIDATE_TOKEN_FAILED - OpenID Connect: validate token went wrong
        3015 OIDC_REVOKE_TOKEN_SUCCESS - OpenID Connect: revoke token went well
        3016 OIDC_REVOKE_TOKEN_FAILED - OpenID Connect: revoke token went wrong
        3017 OIDC_USER_INFO_SUCCESS - OpenID Connect: user info went well
        3018 OIDC_USER_INFO_FAILED - OpenID Connect: user info went wrong
        3019 NOTIFICATION_WAS_SENT - a notification was sent
        3020 GROUP_CREATED - a group is new
        3021 GROUP_UPDATED - a group was renamed or changed, not its members
        3022 GROUP_DESTROYED - a group is gone
        3023 USER_CREATED_NOTE - a person created a secure note
        3024 DELEGATED_GROUP_PRIVILEGE_DENIED - a delegated right over group did not reach that far
        3025 DELEGATED_POLICY_PRIVILEGE_DENIED - a delegated right over policy did not reach that far
        3026 PROFILE_DEVICES_UNSET_DEFAULT - own profile, devices: unset default
        3027 DELEGATED_REPORT_PRIVILEGE_DENIED - a delegated right over report did not reach that far
        3028 DELEGATED_TRUSTED_IDP_PRIVILEGE_DENIED - a delegated right over trusted IdP did not reach that far
        9000 USER_ENABLED_WORKFLOW - a person enabled workflow
        9001 USER_DISABLED_WORKFLOW - a person disabled workflow
        9002 USER_INITIATED_WORKFLOW - a person initiated workflow
        9003 USER_COMPLETED_TASK - a person completed task
        9004 USER_MARKED_TASK_COMPLETE - a person marked task complete
        9005 USER_MARKED_WORKFLOW_COMPLETE - a person marked workflow complete
        9006 USER_MARKED_TASK_INCOMPLETE - a person marked task incomplete
        9007 USER_ENABLED_ONBOARDING - a person enabled onboarding
        9008 USER_DISABLED_ONBOARDING - a person disabled onboarding
        9009 USER_ENABLED_OFFBOARDING - a person enabled offboarding
        9010 USER_DISABLED_OFFBOARDING - a person disabled offboarding
        9011 USER_INITIATED_OFFBOARDING - a person initiated offboarding
        9012 USER_INITIATED_ONBOARDING - a person initiated onboarding
        9013 USER_COMPLETED_WORKFLOW - a person completed workflow
        9014 APP_RULES_LIST_SUCCESS - app rules: list worked
        9015 APP_RULES_LIST_FAILED - app rules: list did not work
        9016 APP_RULES_CREATE_SUCCESS - app rules: create worked
        9017 APP_RULES_CREATE_FAILED - app rules: create did not work
        9018 APP_RULES_UPDATE_SUCCESS - app rules: update worked
        9019 APP_RULES_UPDATE_FAILED - app rules: update did not work
        9020 APP_RULES_GET_SUCCESS - app rules: get worked
        9021 APP_RULES_GET_FAILED - app rules: get did not work
        9022 APP_RULES_DRYRUN_SUCCESS - app rules: dry run worked
        9023 APP_RULES_DRYRUN_FAILED - app rules: dry run did not work
        9024 APP_RULES_DELETE_SUCCESS - app rules: delete worked
        9025 APP_RULES_DELETE_FAILED - app rules: delete did not work
        9026 APP_RULES_SORT_SUCCESS - app rules: sort worked
        9027 APP_RULES_SORT_FAILED - app rules: sort did not work
        9028 APP_RULES_APPLY_SUCCESS - app rules: apply worked
        9029 APP_RULES_APPLY_FAILED - app rules: apply did not work
        9030 APP_RULES_REFRESH_ENTITLEMENTS_SUCCESS - app rules: refresh entitlements worked
        9031 APP_RULES_REFRESH_ENTITLEMENTS_FAILED - app rules: refresh entitlements did not work
        9032 APP_RULES_LIST_CONDITIONS_SUCCESS - app rules: list conditions worked
        9033 APP_RULES_LIST_CONDITIONS_FAILED - app rules: list conditions did not work
        9034 APP_RULES_LIST_CONDITION_OPERATORS_SUCCESS - app rules: list condition operators worked
        9035 APP_RULES_LIST_CONDITION_OPERATORS_FAILED - app rules: list condition operators did not work
        9036 APP_RULES_LIST_ACTIONS_SUCCESS - app rules: list actions worked
        9037 APP_RULES_LIST_ACTIONS_FAILED - app rules: list actions did not work
        9038 APP_RULES_LIST_ACTION_VALUES_SUCCESS - app rules: list action values worked
        9039 APP_RULES_LIST_ACTION_VALUES_FAILED - app rules: list action values did not work
        9040 USER_ROLE_MANAGEMENT_GRANTED_FAILED - a person role management granted failed
        9041 USER_ROLE_MANAGEMENT_REVOKED_FAILED - a person role management revoked failed
        9042 APP_ADDED_TO_ROLE_FAILED - app added to role failed
        9043 APP_REMOVED_FROM_ROLE_FAILED - app removed from role failed
        9044 USER_MANUALLY_ADDED_TO_ROLE_FAILED - a person manually added to role failed
        9045 USER_MANUALLY_REMOVED_FROM_ROLE_FAILED - a person manually removed from role failed
        9046 ROLE_CREATE_FAILED - roles: create did not work
        9047 ROLE_DELETE_FAILED - roles: delete did not work
        9048 ROLE_LIST_SUCCESS - roles: list worked
        9049 ROLE_LIST_FAILED - roles: list did not work
        9050 ROLE_GET_SUCCESS - roles: get worked
        9051 ROLE_GET_FAILED - roles: get did not work
        9052 ROLE_UPDATE_SUCCESS - roles: update worked
        9053 ROLE_UPDATE_FAILED - roles: update did not work
        9054 ROLE_LIST_APPS_SUCCESS - roles: list apps worked
        9055 ROLE_LIST_APPS_FAILED - roles: list apps did not work
        9056 ROLE_LIST_USERS_SUCCESS - roles: list users worked
        9057 ROLE_LIST_USERS_FAILED - roles: list users did not work
        9058 ROLE_LIST_ADMINISTRATORS_SUCCESS - roles: list administrators worked
        9059 ROLE_LIST_ADMINISTRATORS_FAILED - roles: list administrators did not work
        """
}
