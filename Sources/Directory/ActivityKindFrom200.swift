extension ActivityKind {
    /// Types 200 to 999: the API, licences, connectors, the desktop.
    ///
    /// A line is `number name kind meaning`; a kind of `-` stands for `onelogin.` and the name in lower case.
    static let typesFrom200 = """
        200 DIRECTORY_CONNECTOR_INSTANCE_ADDED - directory connector instance added
        201 DIRECTORY_CONNECTOR_INSTANCE_DELETED - directory connector instance deleted
        202 REAPPLIED_MAPPINGS - mappings were re-applied to users
        203 SELF_REGISTRATION_PROFILE_CREATED - self registration profile: created
        204 SELF_REGISTRATION_PROFILE_UPDATED - self registration profile: updated
        205 SELF_REGISTRATION_PROFILE_DESTROYED - self registration profile: deleted
        206 MANUALLY_ADDED_LOGIN - a person received an app login by hand
        207 MANUALLY_REMOVED_LOGIN - a person lost an app login by hand
        208 RETRIED_PROVISIONING - provisioning was retried
        209 DIRECTORY_USER_IMPORT_WARNING - warning while importing a directory user
        210 LDAP_CONNECTOR_EXCEPTION - LDAP connector exception
        211 ADMIN_CHANGED_USER_PASSWORD password.reset_by_admin an administrator set a person's password
        212 DIRECTORY_LOCKED - directory is locked
        213 PROFILE_PICTURE_UPLOADED - profile picture: uploaded
        214 PROFILE_PICTURE_DELETED - profile picture: deleted
        215 ADMIN_CHANGED_ACCOUNT_SETTINGS - an administrator changed the tenant's settings
        216 JOB_IN_QUEUE - a background job is waiting in the queue
        217 DIRECTORY_IMPORT_LIMIT_REACHED - directory import limit reached
        218 REAPPLIED_MAPPINGS_FAILED - re-applying mappings failed
        219 WORKDAY_REAL_TIME_NOTIFICATION - Workday real-time notification received
        220 ADMIN_CREATED_PAYMENT_RECORD - an administrator created payment record
        221 ADMIN_UPDATED_PAYMENT_RECORD - an administrator updated payment record
        222 ADMIN_DELETED_PAYMENT_RECORD - an administrator deleted payment record
        223 USER_UNLICENSED - a person became unlicensed
        224 USER_LICENSED_MANUALLY - a person licensed manually
        225 USER_UNLICENSED_MANUALLY - a person unlicensed manually
        226 USER_UNLICENSED_AUTOMATICALLY - a person unlicensed automatically
        227 USER_LICENSE_FAILED - a person license failed
        228 USERS_LICENSED_BULK - users licensed bulk
        229 ACCOUNT_NEAR_LIMIT - account is near its user limit
        230 ACCOUNT_IN_LIMIT - account is at its user limit
        231 USERS_IN_UNLICENSED_STATE - some users are in the unlicensed state
        232 USER_AGREED_TERMS - a person accepted the terms and conditions
        233 USER_DENIED_TERMS - a person refused the terms and conditions
        234 ADMIN_ENABLED_TERMS - an administrator enabled terms and conditions
        235 ADMIN_UPDATED_TERMS - an administrator updated terms and conditions
        236 ADMIN_DISABLED_TERMS - an administrator disabled terms and conditions
        237 DELETE_USER_FAILED - delete user failed
        238 USER_REDIRECTED_FOR_PASSWORD_CHANGE - a person was redirected to change the password
        239 IMPORT_USER_FAILED - import user failed
        240 USER_REVEALED_PASSWORD password.revealed somebody read a stored app password
        241 CSV_IMPORT_FAILED - CSV import failed
        242 JOB_START_FAILED - job start failed
        243 JOB_TERMINATED - job terminated
        244 REPORT_GENERATED - report generated
        245 REPORT_GENERATION_FAILED - report generation failed
        246 REPORT_GENERATION_TERMINATED - report generation terminated
        247 USER_MAPPINGS_FAILED - running mappings for a user failed
        248 USER_MAPPINGS_SUCCEEDED - running mappings for a user succeeded
        249 USER_BULK_OPERATION_FAILED - a bulk operation on users failed
        250 PROVISIONING_APP_CONFIG_ERROR - provisioning stopped by an app configuration error
        251 PROVISIONING_APP_THROTTLED - an app throttled provisioning
        252 USER_REMOVELOGINS_FAILED - removing app logins from a user failed
        253 ENTITLEMENT_MAPPINGS_FAILED - re-applying entitlement mappings failed
        254 ENTITLEMENT_MAPPINGS_REAPPLIED - entitlement mappings were re-applied
        255 MANUALLY_UPDATED_LOGIN - an app login was manually updated
        291 USER_CREATED_BY_TIDP - a person was created by a trusted identity provider
        300 LDAP_CONNECTOR_STARTED - LDAP connector started
        301 LDAP_CONNECTOR_NOTIFICATION - LDAP connector notification
        303 LDAP_CONNECTOR_CONFIG_RELOAD - LDAP connector config reload
        304 LDAP_CONNECTOR_STOPPED - LDAP connector stopped
        305 LDAP_CONNECTOR_FAIL_OVER - LDAP connector fail over
        306 MANUALLY_ADDED_LOGIN_FAILURE - manually added login failure
        307 LDAP_CONNECTOR_PROVISIONING_ERROR - LDAP connector provisioning error
        330 USER_DISASSOCIATED_FROM_DIRECTORY - a person disassociated from directory
        331 USER_ASSOCIATED_TO_DIRECTORY - a person associated to directory
        332 USER_DIRECTORY_EXTERNAL_ID_UPDATED - a person directory external id updated
        333 USER_DIRECTORY_EXTERNAL_ID_DELETED - a person directory external id deleted
        334 USER_NOT_UPDATED_IN_APP - a person was not updated in an app
        400 API_BAD_REQUEST - a call of the API was malformed
        401 API_UNAUTHORIZED - a call of the API lacked the right
        402 MAPPING_SKIPPED - a mapping was skipped
        410 BROADCASTER_CREATED webhook.created an event webhook is new
        411 BROADCASTER_UPDATED webhook.changed an event webhook was set differently
        412 BROADCASTER_DELETED webhook.deleted an event webhook is gone
        501 API_INDEX_ACTION - the API listed something
        502 API_SHOW_ACTION - the API read one thing
        503 API_RES_ACTION - the API read what belongs to a user
        510 API_SET_PWD_SALT password.reset_by_admin the API set a password, hashed
        511 API_SET_PWD_CLEAR_TEXT password.reset_by_admin the API set a password, in the clear
        512 API_SET_CUSTOM_ATTRS - through the API, a user's custom attribute values were set
        513 API_ADD_ROLES role.granted the API gave a person roles
        514 API_REMOVE_ROLES role.revoked the API took roles from a person
        515 API_AUTH_ISSUE_TOKEN - the API issued a session token
        516 API_LOGOUT - through the API, a user was logged out
        517 API_SET_PWD_SALT_FAILED - through the API, setting a salted password failed
        518 API_SET_PWD_CLEAR_TEXT_FAILED - through the API, setting a clear-text password failed
        519 API_SET_CUSTOM_ATTRS_FAILED - through the API, setting custom attributes failed
        520 API_ADD_ROLES_FAILED - through the API, adding roles to a user failed
        521 API_REMOVE_ROLES_FAILED - through the API, removing roles from a user failed
        522 API_AUTH_ISSUE_TOKEN_FAILED - through the API, issuing a session login token failed
        523 API_LOGOUT_FAILED - through the API, logging a user out failed
        524 API_DESTROY_USER_FAILED - through the API, deleting a user failed
        525 API_GET_INVITE_LINK_FAILED - through the API, generating an invite link failed
        526 API_LOCK_USER_FAILED - through the API, locking a user failed
        527 API_VERIFY_FACTOR_FAILED - through the API, verifying an authentication factor failed
        528 API_VERIFY_FACTOR - through the API, an authentication factor was verified
        529 API_UPDATE_USER - through the API, a user was updated
        530 API_DESTROY_USER - the API removed an account
        531 API_LOCK_USER user.locked the API locked an account
        532 API_UPDATE_USER_FAILED - through the API, updating a user failed
        533 API_CREATE_USER - the API made an account
        534 API_CREATE_USER_FAILED - through the API, creating a user failed
        535 API_GET_INVITE_LINK - through the API, an invite link was generated
        536 API_USER_OTPS_RETRIEVED - through the API, a user's OTP devices were read
        537 API_CONFIRM_FACTOR - through the API, factor enrolment confirmed
        538 API_CONFIRM_FACTOR_FAILED - through the API, confirming a factor enrolment failed
        539 API_TRIGGER_FACTOR - through the API, a factor was triggered
        540 API_ADDED_OTP_DEVICE - through the API, an OTP device was added
        541 DIRECTORY_UPDATED - a directory was updated
        542 DIRECTORY_OUS_CHANGED - a directory's selected organisational units changed
        545 API_SEND_INVITE_LINK_FAILED - through the API, sending an invite link failed
        546 API_SEND_INVITE_LINK - through the API, an invite link was sent
        550 FORCE_LOGOUT_USER - a user's sessions were forcibly ended
        551 SUSPENDED_USER_VIA_API user.suspended the API suspended an account
        552 REACTIVATED_USER_VIA_API user.reactivated the API ended a suspension
        553 USER_LOCKED_VIA_API user.locked the API locked an account, newer form
        554 UNLOCKED_USER_VIA_API user.unlocked the API unlocked an account
        555 EXTERNAL_ASSUME_USER - support or a reseller acts in a person's session
        600 APP_CREATED_BY_USER - a user created an app
        601 APP_UPDATED_BY_USER - a user changed an app
        602 APP_DELETED_BY_USER - a user deleted an app
        700 CONNECTOR_CREATED - connector: created
        701 CONNECTOR_CREATE_FAILED - connector create failed
        702 CONNECTOR_UPDATED - connector: updated
        703 CONNECTOR_UPDATE_FAILED - connector update failed
        704 CONNECTOR_DELETED - connector: deleted
        705 CONNECTOR_DELETE_FAILED - connector delete failed
        706 CONNECTOR_STATS_UPDATE - connector statistics were updated
        800 PARAMETER_CREATED - parameter: created
        801 PARAMETER_CREATE_FAILED - parameter create failed
        802 PARAMETER_UPDATED - parameter: updated
        803 PARAMETER_UPDATE_FAILED - parameter update failed
        804 PARAMETER_DELETED - parameter: deleted
        805 PARAMETER_DELETE_FAILED - parameter delete failed
        900 ONELOGIN_DESKTOP_MAC_LOGIN_SUCCESS - OneLogin Desktop for Mac sign-in succeeded
        901 ONELOGIN_DESKTOP_MAC_LOGIN_FAILURE - OneLogin Desktop for Mac sign-in failed
        902 ONELOGIN_DESKTOP_DEVICE_DELETED - OneLogin desktop device deleted
        903 ONELOGIN_DESKTOP_DEVICE_UNBIND - OneLogin desktop device unbind
        904 ONELOGIN_DESKTOP_LOGIN_SUCCESS - OneLogin desktop login success
        905 ONELOGIN_DESKTOP_LOGIN_FAILURE - OneLogin desktop login failure
        906 ONELOGIN_DESKTOP_USER_FAILED_ONELOGIN_LOGIN - OneLogin desktop user failed OneLogin login
        907 DIRECTORY_EXPORT_SUCCESS - directory export succeeded
        911 ONELOGIN_DESKTOP_REVOKE_CERT_FOR_USER - OneLogin desktop revoke cert for user
        912 ONELOGIN_DESKTOP_REVOKE_CERT_FOR_DEVICE - OneLogin desktop revoke cert for device
        931 ADAPTIVE_LOGIN_ENABLED - adaptive sign-in was switched on
        932 ADAPTIVE_LOGIN_DISABLED - adaptive sign-in was switched off
        950 OL_OTP_PUSH_REJECT - a person refused a push
        """
}
