extension ActivityKind {
    /// Types 1 to 199: people, roles, apps, directories, policies.
    ///
    /// A line is `number name kind meaning`; a kind of `-` stands for `onelogin.` and the name in lower case.
    static let typesBelow200 = """
        1 APP_ADDED_TO_ROLE - a role now gives an app
        2 APP_REMOVED_FROM_ROLE - a role no longer gives an app
        3 USER_ASSUMED_USER user.assumed somebody acts in another person's session
        4 USER_ASSIGNED_ROLE role.granted a person received a role, older form
        5 USER_LOGGED_INTO_ONELOGIN login.success a person signed in
        6 USER_FAILED_ONELOGIN_LOGIN login.failure a sign-in was refused
        7 USER_LOGGED_OUT_OF_ONELOGIN logout a person signed out
        8 USER_LOGGED_INTO_APP app.login a person opened an app
        9 USER_FAILED_APP_LOGIN app.login_failure an app refused a sign-in
        10 USER_REQUESTED_NEW_PASSWORD password.requested a person asked for a new password
        11 USER_CHANGED_PASSWORD password.changed a password changed
        12 UNLOCKED_USER user.unlocked a locked account was opened again
        13 CREATED_USER user.created an account was made
        14 UPDATED_USER user.updated the record of an account changed
        15 DEACTIVATED_USER user.deactivated an account was switched off
        16 ACTIVATED_USER user.activated an account was switched on
        17 DELETED_USER user.deleted an account was removed
        18 ADMIN_APPROVED_PASSWORD_REQUEST - an administrator agreed to a new password
        19 USER_LOCKED user.locked an account was locked, mostly by wrong passwords
        20 REACHED_USERS_LIMIT - no more users fit the licence
        21 SUSPENDED_USER user.suspended an account was suspended
        22 USER_ADDED_OTP_DEVICE mfa.enrolled a person enrolled a second factor
        23 USER_BULK_OPERATION - one operation on many users
        24 USER_REMOVED_OTP_DEVICE mfa.removed a person's second factor was removed
        25 PROVISIONING_EXCEPTION - provisioning stopped with an error
        26 PROVISIONING_EVENT - something was provisioned
        27 USER_DOWNLOADED_CERT - a person fetched a browser certificate
        28 USER_RECENTLY_REMOVED - a user is newly removed
        29 USER_LOGGED_OUT_OF_APP - a person left an app
        30 UPDATED_PAYMENT_INFO - updated payment info
        31 FAILED_UPDATE_PAYMENT_INFO - failed update payment info
        32 REACTIVATED_USER user.reactivated a suspended account works again
        33 USERS_IMPORTED_FROM_DIRECTORY - users were imported from a directory
        34 USER_REQUESTED_APP - a person requested access to an app
        35 USER_LOCKED_OUT_OF_APP - an app locked a person out
        36 USER_LOST_OTP_DEVICE - a person lost a second factor
        37 USER_JOIN_REQUEST - someone requested to join the account
        38 APP_REACHED_USER_LIMIT - app reached user limit
        39 CONNECTOR_BROKEN - a connector is broken
        40 USER_UNLOCKED_OTP_DEVICE - a person unlocked an OTP device
        41 AD_CONNECTOR_STARTED - AD connector started
        42 AD_CONNECTOR_STOPPED - AD connector stopped
        43 AD_CONNECTOR_CONFIG_RELOAD - AD connector config reload
        44 AD_CONNECTOR_NOTIFICATION - AD connector notification
        45 AD_CONNECTOR_EXCEPTION_OLD - Active Directory connector exception
        46 AD_CONNECTOR_FAIL_OVER - AD connector fail over
        47 AD_CONNECTOR_EXCEPTION - AD connector exception
        48 IMPORTED_USER - an account came in by import
        49 UPDATE_USER_FAILED - updating a user failed
        50 REJECTED_USER - a pending user was rejected
        51 USER_CREATED_IN_APP - a person was created in an app
        52 USER_UPDATED_IN_APP - a person was updated in an app
        53 USER_SUSPENDED_IN_APP - a person was suspended in an app
        54 USER_REACTIVATED_IN_APP - a person was reactivated in an app
        55 USER_DELETED_IN_APP - a person was deleted in an app
        56 UNMATCHED_USERS - imported app users could not be matched to OneLogin users
        57 RABBIT_DOWN - internal message broker went down
        58 RABBIT_RESTARTED - internal message broker restarted
        59 USER_LINKED_IN_APP - a person was linked in an app
        60 PROVISIONING_DEPROVISIONING_MODE_DO_NOTHING_WARNING - deprovisioning is set to leave accounts alone
        61 USER_FAILED_SUSPENDING_IN_APP - suspending a person in an app failed
        62 USER_FAILED_REACTIVATING_IN_APP - reactivating a person in an app failed
        63 USER_FAILED_DELETING_IN_APP - deleting a person in an app failed
        64 USER_FAILED_CREATING_IN_APP - creating a person in an app failed
        65 USER_FAILED_UPDATING_IN_APP - updating a person in an app failed
        66 NO_USERS_TO_IMPORT_FROM_DIRECTORY - directory import found no users
        67 DIRECTORY_IMPORT_EXCEPTION - directory import exception
        68 USER_AUTHENTICATED_BY_RADIUS - a person authenticated through RADIUS
        69 USER_REJECTED_BY_RADIUS - a person rejected by RADIUS
        70 PRIVILEGE_GRANTED_TO_ACCOUNT - the whole account received a privilege
        71 PRIVILEGE_REVOKED_FROM_ACCOUNT - the whole account lost a privilege
        72 PRIVILEGE_GRANTED_TO_USER privilege.granted a person received a privilege
        73 PRIVILEGE_REVOKED_FROM_USER privilege.revoked a person lost a privilege
        74 TRUSTED_IDP_ADDED - a trusted identity provider is new
        75 TRUSTED_IDP_REMOVED - a trusted identity provider is gone
        76 TRUSTED_IDP_MODIFIED - a trusted identity provider changed
        77 USER_FAILED_PROXY_LOGIN - app sign-in through the assertion proxy failed
        78 USER_SUCCEEDED_PROXY_LOGIN - app sign-in through the assertion proxy succeeded
        79 AD_CONNECTOR_PROVISIONING_ERROR - provisioning a user in Active Directory failed
        80 USER_CREATED_IN_DIRECTORY - a person was created in a directory
        81 USER_UPDATED_IN_DIRECTORY - a person was updated in a directory
        82 USER_SUSPENDED_IN_DIRECTORY - a person was suspended in a directory
        83 USER_REACTIVATED_IN_DIRECTORY - a person was reactivated in a directory
        84 USER_DELETED_IN_DIRECTORY - a person was deleted in a directory
        85 APP_COULD_NOT_AUTHENTICATE - OneLogin could not authenticate to an app
        86 USER_FAILED_REMOTE_AUTHENTICATION - a person failed remote authentication
        87 USER_VIEWED_NOTE - somebody read a secure note
        88 USER_EDITED_NOTE - somebody changed a secure note
        89 USER_DELETED_NOTE - somebody removed a secure note
        90 USER_UNAUTHORIZED_APP_ACCESS app.access_denied a person tried an app without access
        91 USER_UNDETERMINED_BY_RADIUS - RADIUS could not determine the user
        92 USER_NTHASH_REQUESTED_BY_RADIUS - RADIUS requested the user's NT hash
        95 DIRECTORY_GROUPS_WRITE_BACK_IMPORT_STARTED - group write-back import from directory started
        96 DIRECTORY_GROUPS_WRITE_BACK_IMPORT_FINISHED - group write-back import from directory finished
        100 SELF_REGISTRATION_REQUEST - self registration request
        101 SELF_REGISTRATION_APPROVED - self registration approved
        102 SELF_REGISTRATION_DENIED - self registration denied
        103 SELF_REGISTRATION_REQUEST_UNVERIFIED - self-registration request not yet verified
        104 SELF_REGISTRATION_REQUEST_VERIFIED - self-registration request verified
        105 SMS_FAILURE - sending an SMS failed
        106 USER_CHANGE_PASSWORD_FAILED - changing a user's password failed
        110 APP_LOGINS_UPDATED - a user's stored app login was updated by someone else
        111 APP_LOGINS_UPDATE_FAILED - updating a user's stored app login failed
        112 TRUSTED_IDP_MADE_DEFAULT - another trusted identity provider is the default
        113 DIRECTORY_IMPORT_STARTED - directory import started
        114 DIRECTORY_IMPORT_FINISHED - directory import finished
        115 USER_INVITED - an invitation was sent to a user
        116 CREATE_USER_FAILED - create user failed
        117 DIRECTORY_SYNC_RUN_ID - directory synchronisation run identifier recorded
        118 SAML_ACS_FAILED - SAML assertion consumer service failed
        119 TRUSTED_IDP_REMOVED_AS_DEFAULT - a trusted identity provider is the default no more
        120 UNLOCKED_USER_IN_DIRECTORY - unlocked user in directory
        121 SCRIPTLET_ERROR - a provisioning scriptlet failed
        122 USER_AUTHENTICATED_BY_API - a person authenticated through the API
        123 USER_REJECTED_BY_API - a person authentication through the API was rejected
        124 ENTITLEMENTS_CACHE_ACTION - safe-entitlements cache activity
        125 ENTITLEMENT_ACTION - entitlement created in a service, or creation failed
        126 DIRECTORY_CONNECTOR_ENABLED - directory connector enabled
        127 DIRECTORY_CONNECTOR_DISABLED - directory connector disabled
        128 NO_ACTIVE_ACTIVE_DIRECTORY_CONNECTORS - no active Active Directory connector is left
        129 VLDAP_BIND_FAILURE - LDAP-over-OneLogin bind failed
        130 VLDAP_BIND_SUCCESS - LDAP-over-OneLogin bind succeeded
        131 DIRECTORY_EXPORT_STARTED - directory export started
        132 DIRECTORY_EXPORT_FINISHED - directory export finished
        133 DIRECTORY_EXPORT_EXCEPTION - directory export exception
        134 DIRECTORY_REFRESH_SCHEMA_EXCEPTION - directory refresh schema exception
        135 CERTIFICATE_EXPIRES - a certificate ends soon
        136 DIRECTORY_FIELDS_IMPORT_STARTED - directory fields import started
        137 USER_APP_REQUEST_APPROVED - a person app request approved
        138 USER_APP_REQUEST_DENIED - a person app request denied
        139 DIRECTORY_FIELDS_IMPORT_FINISHED - directory fields import finished
        140 SOCIAL_SIGN_IN - social sign in
        141 SOCIAL_SIGN_IN_FAILURE - social sign in failure
        145 USER_SMART_PASSWORD_UPDATED - a smart password was updated
        146 USER_SMART_PASSWORD_UPDATE_FAILED - updating a smart password failed
        147 USER_MANUALLY_ADDED_TO_ROLE role.granted somebody gave a person a role
        148 USER_MANUALLY_REMOVED_FROM_ROLE role.revoked somebody took a role from a person
        149 USER_AUTO_ADDED_TO_ROLE role.granted_automatically a mapping gave a person a role
        150 USER_AUTO_REMOVED_FROM_ROLE role.revoked_automatically a mapping took a role from a person
        151 USER_ROLE_MANAGEMENT_GRANTED role.admin_granted a person may now administer a role
        152 USER_ROLE_MANAGEMENT_REVOKED role.admin_revoked a person may administer a role no more
        153 MAC_LOGIN_SUCCESS - Mac login success
        154 MAC_LOGIN_FAILURE - Mac login failure
        155 DIRECTORY_FIELDS_IMPORT_EXCEPTION - directory fields import exception
        156 POLICY_CREATED policy.created a security policy is new
        157 POLICY_UPDATED policy.changed a security policy changed
        158 POLICY_DELETED policy.deleted a security policy is gone
        159 PROXY_AGENT_CREATED - proxy agent: created
        160 PROXY_AGENT_DELETED - proxy agent: deleted
        161 RADIUS_CONFIG_CREATED - RADIUS config: created
        162 RADIUS_CONFIG_UPDATED - RADIUS config: updated
        163 RADIUS_CONFIG_DELETED - RADIUS config: deleted
        164 VPN_ENABLED - VPN: enabled
        165 VPN_SETTINGS_UPDATED - VPN settings: updated
        166 VPN_DISABLED - VPN: disabled
        167 EMBEDDING_ENABLED - embedding: enabled
        168 EMBEDDING_SETTINGS_UPDATED - embedding settings updated
        169 EMBEDDING_DISABLED - embedding: disabled
        170 AUTHENTICATION_FACTOR_CREATED mfa.factor_created the tenant has another kind of factor
        171 AUTHENTICATION_FACTOR_UPDATED mfa.factor_changed a kind of factor was set differently
        172 AUTHENTICATION_FACTOR_DELETED mfa.factor_deleted the tenant lost a kind of factor
        173 SECURITY_QUESTIONS_UPDATED - security questions changed
        174 DESKTOP_SSO_SETTINGS_UPDATED - desktop sign-on was set differently
        175 DESKTOP_SSO_ENABLED - desktop sign-on was switched on
        176 DESKTOP_SSO_DISABLED - desktop sign-on was switched off
        177 CERTIFICATE_CREATED - a signing certificate is new
        178 CERTIFICATE_DELETED - a signing certificate is gone
        179 API_CREDENTIAL_CREATED credential.created an API credential is new
        180 API_CREDENTIAL_DELETED credential.deleted an API credential is gone
        181 API_CREDENTIAL_ENABLED credential.enabled an API credential works again
        182 API_CREDENTIAL_DISABLED credential.disabled an API credential was switched off
        183 VLDAP_ENABLED - virtual LDAP was enabled
        184 VLDAP_DISABLED - virtual LDAP was disabled
        185 VLDAP_SETTINGS_UPDATED - virtual LDAP settings were changed
        186 BRANDING_ENABLED - branding: enabled
        187 BRANDING_DISABLED - branding: disabled
        188 BRANDING_UPDATED - branding: updated
        189 MAPPING_ADDED - a user mapping is new
        190 MAPPING_DELETED - a user mapping is gone
        191 MAPPING_DISABLED - a user mapping was switched off
        192 MAPPING_ENABLED - a user mapping was switched on
        193 MAPPING_UPDATED - a user mapping was rewritten
        194 USER_FIELD_ADDED - a person field: added
        195 USER_FIELD_DELETED - a person field: deleted
        196 COMPANY_INFO_UPDATED - company information was updated
        197 ACCOUNT_SETTINGS_UPDATED - account settings were updated
        198 DIRECTORY_CREATED - directory: created
        199 DIRECTORY_DESTROYED - directory: deleted
        """
}
