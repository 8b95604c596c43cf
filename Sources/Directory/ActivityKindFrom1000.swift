extension ActivityKind {
    /// Types 1000 to 2999: factors, authorization servers, hooks, delegation.
    ///
    /// A line is `number name kind meaning`; a kind of `-` stands for `onelogin.` and the name in lower case.
    static let typesFrom1000 = """
        1001 USER_LOGIN_CHALLENGE - a sign-in was asked for another factor
        1002 USER_LOGIN_CHALLENGE_FAILED - the other factor was wrong
        1010 USER_REAUTH_SUCCESS - a person re-authenticated successfully
        1100 TEMP_OTP_TOKEN_GENERATED mfa.temporary_token_issued a temporary factor was issued
        1101 TEMP_OTP_TOKEN_REVOKED - a temporary factor was taken back
        1200 DELEGATED_APP_PRIVILEGE_DENIED - a delegated administrator was denied an app action
        1201 DELEGATED_USER_PRIVILEGE_DENIED - a delegated administrator was denied a user action
        1244 USER_ADDED_PHONE_NUMBER - a person added phone number
        1245 USER_UPDATED_PHONE_NUMBER - a person updated phone number
        1300 API_APP_CREATED - the API: an app was created
        1301 API_APP_CREATE_FAILED - the API: no success at app create
        1302 API_APP_UPDATED - the API: an app was updated
        1303 API_APP_UPDATE_FAILED - the API: no success at app update
        1304 API_APP_DESTROYED - the API: an app was deleted
        1305 API_APP_DESTROY_FAILED - the API: no success at app delete
        1400 USER_VERIFIED_OTP_DEVICE - a person's factor was verified
        1401 API_AUTH_APP_CREATE_FAILED - authorization server: an app could not be created
        1402 API_AUTH_APP_UPDATED - authorization server: an app was updated
        1403 API_AUTH_APP_UPDATE_FAILED - authorization server: an app could not be updated
        1404 API_AUTH_APP_DESTROYED - authorization server: an app was deleted
        1405 API_AUTH_APP_DESTROY_FAILED - authorization server: an app could not be deleted
        1406 API_AUTH_SCOPE_CREATED - authorization server: a scope was created
        1407 API_AUTH_SCOPE_CREATE_FAILED - authorization server: a scope could not be created
        1408 API_AUTH_SCOPE_UPDATED - authorization server: a scope was updated
        1409 API_AUTH_SCOPE_UPDATE_FAILED - authorization server: a scope could not be updated
        1410 API_AUTH_SCOPE_DESTROYED - authorization server: a scope was deleted
        1411 API_AUTH_SCOPE_DESTROY_FAILED - authorization server: a scope could not be deleted
        1412 API_AUTH_CLAIM_CREATED - authorization server: a claim was created
        1413 API_AUTH_CLAIM_CREATE_FAILED - authorization server: a claim could not be created
        1414 API_AUTH_CLAIM_UPDATED - authorization server: a claim was updated
        1415 API_AUTH_CLAIM_UPDATE_FAILED - authorization server: a claim could not be updated
        1416 API_AUTH_CLAIM_DESTROYED - authorization server: a claim was deleted
        1417 API_AUTH_CLAIM_DESTROY_FAILED - authorization server: a claim could not be deleted
        1418 API_AUTH_CLIENT_CREATED - authorization server: a client was created
        1419 API_AUTH_CLIENT_CREATE_FAILED - authorization server: a client could not be created
        1420 API_AUTH_CLIENT_UPDATED - authorization server: a client was updated
        1421 API_AUTH_CLIENT_UPDATE_FAILED - authorization server: a client could not be updated
        1422 API_AUTH_CLIENT_DESTROYED - authorization server: a client was deleted
        1423 API_AUTH_CLIENT_DESTROY_FAILED - authorization server: a client could not be deleted
        1424 API_AUTH_APP_CREATED - authorization server: an app was created
        1500 SANDBOX_SYNC_STARTED - sandbox: sync started
        1501 SANDBOX_SYNC_FAILED - sandbox: sync failed
        1502 SANDBOX_SYNCED - sandbox: synced
        1503 SANDBOX_DELETED - sandbox: deleted
        1504 SANDBOX_DELETE_FAILED - sandbox: delete failed
        1505 SANDBOX_CREATED - sandbox: created
        1506 SANDBOX_CREATION_FAILED - sandbox: creation failed
        1507 SANDBOX_UPDATED - sandbox: updated
        1508 SANDBOX_UPDATE_FAILED - sandbox: update failed
        1509 SANDBOX_DELETED_BY_API - sandbox: deleted, through the API
        1510 SANDBOX_DELETE_FAILED_BY_API - sandbox: delete failed, through the API
        1511 SANDBOX_CREATED_BY_API - sandbox: created, through the API
        1512 SANDBOX_CREATION_FAILED_BY_API - sandbox: creation failed, through the API
        1513 SANDBOX_UPDATED_BY_API - sandbox: updated, through the API
        1514 SANDBOX_UPDATE_FAILED_BY_API - sandbox: update failed, through the API
        1600 PROFILE_DEVICES_DELETE_DEVICE - a person removed a device from the profile
        1601 PROFILE_DEVICES_RENAME_DEVICE - own profile, devices: rename device
        1602 PROFILE_DEVICES_UPDATE_DEFAULT - own profile, devices: update default
        1603 PROFILE_SETTINGS_UPDATE_LOCALE - own profile, setting: locale
        1604 PROFILE_SETTINGS_UPDATE_PHONE - own profile, setting: phone
        1605 PROFILE_SETTINGS_UPDATE_DEFAULT_TAB - own profile, setting: default tab
        1606 PROFILE_SETTINGS_UPDATE_PROFILE_PHOTO - own profile, setting: profile photo
        1607 PROFILE_SETTINGS_UPDATE_APP_AUTO_DETECT - own profile, setting: app auto detect
        1608 PROFILE_CHANGE_PASSWORD - profile change password
        1609 PROFILE_SETTINGS_UPDATE_SHOW_TABS - own profile, setting: show tabs
        1700 RADIUS_ATTRIBUTE_CREATED - RADIUS attribute: created
        1701 RADIUS_ATTRIBUTE_UPDATED - RADIUS attribute: updated
        1702 RADIUS_ATTRIBUTE_DELETED - RADIUS attribute: deleted
        1801 ROLE_CREATED - role created
        1802 ROLE_DELETED - role deleted
        1900 API_BRAND_CREATED - the API: one brand was created
        1901 API_BRAND_CREATE_FAILED - the API: no success at brand create
        1902 API_BRAND_UPDATED - the API: one brand was updated
        1903 API_BRAND_UPDATE_FAILED - the API: no success at brand update
        1904 API_BRAND_DESTROYED - the API: one brand was deleted
        1905 API_BRAND_DESTROY_FAILED - the API: no success at brand delete
        2000 HOOKS_LIST_FUNCTION - smart hooks: listing a function
        2001 CUSTOM_SMTP_ERROR - custom SMTP server error
        2002 SMTP_SETTINGS_UPDATED - SMTP settings updated
        2003 HOOKS_CREATE_FUNCTION - smart hooks: creating a function
        2004 HOOKS_CREATE_FUNCTION_FAILED - smart hooks: creating a function failed
        2005 HOOKS_GET_FUNCTION - smart hooks: reading a function
        2006 HOOKS_GET_FUNCTION_LOGS - smart hooks: reading a function's logs
        2007 HOOKS_UPDATE_FUNCTION - smart hooks: changing a function
        2008 HOOKS_UPDATE_FUNCTION_FAILED - smart hooks: changing a function failed
        2009 HOOKS_DELETE_FUNCTION - smart hooks: removing a function
        2010 HOOKS_DELETE_FUNCTION_FAILED - smart hooks: removing a function failed
        2011 HOOKS_LIST_ENVVAR - smart hooks: listing an environment variable
        2012 HOOKS_CREATE_ENVVAR - smart hooks: creating an environment variable
        2013 HOOKS_CREATE_ENVVAR_FAILED - smart hooks: creating an environment variable failed
        2014 HOOKS_GET_ENVVAR - smart hooks: reading an environment variable
        2015 HOOKS_UPDATE_ENVVAR - smart hooks: changing an environment variable
        2016 HOOKS_UPDATE_ENVVAR_FAILED - smart hooks: changing an environment variable failed
        2017 HOOKS_DELETE_ENVVAR - smart hooks: removing an environment variable
        2018 HOOKS_DELETE_ENVVAR_FAILED - smart hooks: removing an environment variable failed
        2100 DELEGATED_PRIVILEGE_CREATED_VIA_API - a delegated privilege was created, through the API
        2101 DELEGATED_PRIVILEGE_CREATED_BY_USER - a delegated privilege was created, by a person
        2102 DELEGATED_PRIVILEGE_UPDATED_VIA_API - a delegated privilege was updated, through the API
        2103 DELEGATED_PRIVILEGE_UPDATED_BY_USER - a delegated privilege was updated, by a person
        2104 DELEGATED_PRIVILEGE_DELETED_VIA_API - a delegated privilege was deleted, through the API
        2105 DELEGATED_PRIVILEGE_DELETED_BY_USER - a delegated privilege was deleted, by a person
        2106 DELEGATED_PRIVILEGE_ASSIGNED_TO_USER_VIA_API privilege.granted the API gave a user a delegated right
        2107 DELEGATED_PRIVILEGE_ASSIGNED_TO_USER_BY_USER privilege.granted a person gave a user a delegated right
        2108 DELEGATED_PRIVILEGE_REMOVED_FROM_USER_VIA_API privilege.revoked the API took from a user a delegated right
        2109 DELEGATED_PRIVILEGE_REMOVED_FROM_USER_BY_USER privilege.revoked a person took from a user a delegated right
        2110 DELEGATED_PRIVILEGE_ASSIGNED_TO_ROLE_VIA_API - the API gave a role a delegated right
        2111 DELEGATED_PRIVILEGE_ASSIGNED_TO_ROLE_BY_USER - a person gave a role a delegated right
        2112 DELEGATED_PRIVILEGE_REMOVED_FROM_ROLE_VIA_API - the API took from a role a delegated right
        2113 DELEGATED_PRIVILEGE_REMOVED_FROM_ROLE_BY_USER - a person took from a role a delegated right
        2114 DELEGATED_ROLE_PRIVILEGE_DENIED - a delegated right over roles did not reach that far
        2201 REPORT_CREATED_BY_USER - report created, by a person
        2202 REPORT_UPDATED_BY_USER - report updated, by a person
        2203 REPORT_CLONED_BY_USER - report cloned, by a person
        2204 REPORT_DESTROYED_BY_USER - report deleted, by a person
        """
}
