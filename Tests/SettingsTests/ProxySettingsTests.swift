import Settings
import Testing

@Suite struct ProxySettingsTests {
    @Test(arguments: [
        ("http://proxy.corp.example:3128", "proxy.corp.example", 3128), ("proxy:80", "proxy", 80),
        ("http://192.0.2.1:8080/", "192.0.2.1", 8080), ("[2001:db8::1]:3128", "2001:db8::1", 3128),
    ])
    func aConnectionAndAReceiverHaveProxiesOfTheirOwn(_ text: String, _ host: String, _ port: Int) throws {
        let result = SettingsSample.load(
            """
            connections:
              - name: corp
                subdomain: corp-example
                client_id: abc
                client_secret_file: /run/corp
                ca_file: corp.pem
                proxy: "\(text)"
              - { name: other, subdomain: other-example, client_id: abc, client_secret_file: /run/corp }
            receivers:
              - { name: soc, type: webhook, url: "https://soc.example.test/", secret_file: /run/soc, proxy: "\(text)" }
            """)
        let settings = try #require(result.settings, "\(result.diagnostics)")
        let proxy = ProxySettings(host: host, port: port)
        #expect(settings.connections.map(\.proxy) == [proxy, nil])
        #expect(settings.connections.map(\.caFile) == ["/etc/tocsin/corp.pem", nil])
        #expect(settings.receivers.map(\.proxy) == [proxy])
    }
}
