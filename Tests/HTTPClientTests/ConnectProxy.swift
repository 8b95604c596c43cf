import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A CONNECT proxy on a loopback port that leads every tunnel to where it was asked for, and counts them.
final class ConnectProxy: Sendable {
    private let listener: Int32
    let port: Int
    private let asked = Mutex<[String]>([])

    /// Host and port of every tunnel so far.
    var tunnels: [String] { asked.withLock { $0 } }

    init?() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        listener = descriptor
        port = Int(UInt16(bigEndian: address.sin_port))
        guard isBound else { return nil }
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { [self] in serve(client) }
            }
        }
    }

    /// Takes no more clients.
    func stop() {
        _ = shutdown(listener, Int32(SHUT_RDWR))
        _ = close(listener)
    }

    private func serve(_ client: Int32) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), head.count < 8192, read(client, &byte, 1) == 1 {
            head.append(byte)
        }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ")
        guard words.count > 2, words[0] == "CONNECT",
            let port = words[1].split(separator: ":").last.flatMap({ Int($0) })
        else {
            _ = close(client)
            return
        }
        asked.withLock { $0.append(String(words[1])) }
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(port: port)
        let isOpen = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let answer = isOpen ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 502 Bad Gateway\r\n\r\n"
        _ = Array(answer.utf8).withUnsafeBytes { write(client, $0.baseAddress, $0.count) }
        guard isOpen else {
            _ = close(client)
            _ = close(server)
            return
        }
        Thread.detachNewThread { Self.copy(from: server, to: client) }
        Self.copy(from: client, to: server)
    }

    private static func copy(from source: Int32, to target: Int32) {
        var block = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(source, &block, block.count)
            guard count > 0, write(target, block, count) == count else { break }
        }
        _ = shutdown(target, Int32(SHUT_RDWR))
    }

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        return address
    }
}
