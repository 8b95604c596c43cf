/// A made-up certificate authority and a server certificate of it for 127.0.0.1, good from 2020 to 2120.
///
/// Nothing outside these tests trusts the authority, and its own key was thrown away.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBdDCCARmgAwIBAgIBATAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVUb2NzaW4g
        dGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBa
        MCAxHjAcBgNVBAMMFVRvY3NpbiB0ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEG
        CCqGSM49AwEHA0IABOBaKPqAthXptSJLn+dvBl1V8yDAlr2rJi/m6/dsoikkyrXL
        yXyFLWz1/CLyNsiYh8tvQAbEVtlD1SXdh5f4N4qjQjBAMA8GA1UdEwEB/wQFMAMB
        Af8wDgYDVR0PAQH/BAQDAgIEMB0GA1UdDgQWBBTS4dW/AFuv4FyhOoeQwjcRwR/Z
        BTAKBggqhkjOPQQDAgNJADBGAiEAlErkasrinN/2K6n70gJs2ePfKMJVYM2AUrwi
        uKpqErsCIQCq37dOB1v9qvsKTW7uvHAIuN1/MxOHCZPYkn01TcjK2w==
        -----END CERTIFICATE-----

        """

    static let server = """
        -----BEGIN CERTIFICATE-----
        MIIBmDCCAT6gAwIBAgIBAjAKBggqhkjOPQQDAjAgMR4wHAYDVQQDDBVUb2NzaW4g
        dGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBa
        MBQxEjAQBgNVBAMMCTEyNy4wLjAuMTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
        BPN1qr3Nebsxw0hVjT+LhwMGBen8v8frpjBk4Q3dxuo6HJcN5HzE4zr8G1yvmMRK
        1i1PwJmbpk4iOsBok3eshyyjczBxMBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9z
        dDATBgNVHSUEDDAKBggrBgEFBQcDATAdBgNVHQ4EFgQUM0u1N+BgZfZoYjkiqowZ
        yXSHqIgwHwYDVR0jBBgwFoAU0uHVvwBbr+BcoTqHkMI3EcEf2QUwCgYIKoZIzj0E
        AwIDSAAwRQIgI9lhmkLuOC1R1ZRntPwvLakEsbw66N9NTHMVkGmD/AwCIQCOtreq
        tO/nVWn7JGKVgSf3HRO/shGejVt6AY4YArGbyg==
        -----END CERTIFICATE-----

        """

    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgp71jKOkcbDYn6gR0
        CMcr6pmN/10mE0WYyKR93YzYMQOhRANCAATzdaq9zXm7McNIVY0/i4cDBgXp/L/H
        66YwZOEN3cbqOhyXDeR8xOM6/Btcr5jEStYtT8CZm6ZOIjrAaJN3rIcs
        -----END PRIVATE KEY-----

        """
}
