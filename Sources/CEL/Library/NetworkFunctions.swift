/// The network extension: addresses and blocks of addresses.
extension Library {
    static let networkFunctions: [String: Function] = [
        "ip": { a, _ throws(EvaluationFailure) in
            switch try one(a, "ip") {
            case .string(let text): .ip(try address(text))
            default: throw .noOverload("ip")
            }
        },
        "isIP": { a, _ throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "isIP") else { throw .noOverload("isIP") }
            return .bool(IPAddress(text) != nil)
        },
        "ip.isCanonical": { a, _ throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "ip.isCanonical") else { throw .noOverload("ip.isCanonical") }
            return .bool(try address(text).description == text)
        },
        "cidr": { a, _ throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "cidr") else { throw .noOverload("cidr") }
            return .cidr(try block(text))
        },
        "isCIDR": { a, _ throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "isCIDR") else { throw .noOverload("isCIDR") }
            return .bool(AddressBlock(text) != nil)
        },
    ]

    static let networkMembers: [String: Function] = [
        "family": { a, _ throws(EvaluationFailure) in .int(try address(a, "family").isVersion4 ? 4 : 6) },
        "isUnspecified": { a, _ throws(EvaluationFailure) in .bool(try address(a, "isUnspecified").isUnspecified) },
        "isLoopback": { a, _ throws(EvaluationFailure) in .bool(try address(a, "isLoopback").isLoopback) },
        "isGlobalUnicast": { a, _ throws(EvaluationFailure) in
            .bool(try address(a, "isGlobalUnicast").isGlobalUnicast)
        },
        "isLinkLocalMulticast": { a, _ throws(EvaluationFailure) in
            .bool(try address(a, "isLinkLocalMulticast").isLinkLocalMulticast)
        },
        "isLinkLocalUnicast": { a, _ throws(EvaluationFailure) in
            .bool(try address(a, "isLinkLocalUnicast").isLinkLocalUnicast)
        },
        "containsIP": { a, _ throws(EvaluationFailure) in
            guard a.count == 2, case .cidr(let block) = a[0] else { throw .noOverload("containsIP") }
            switch a[1] {
            case .ip(let other): return .bool(block.contains(other))
            case .string(let text): return .bool(block.contains(try address(text)))
            case .null: throw .null(name: "the argument of containsIP")
            default: throw .noOverload("containsIP")
            }
        },
        "containsCIDR": { a, _ throws(EvaluationFailure) in
            guard a.count == 2, case .cidr(let whole) = a[0] else { throw .noOverload("containsCIDR") }
            switch a[1] {
            case .cidr(let other): return .bool(whole.contains(other))
            case .string(let text): return .bool(whole.contains(try block(text)))
            default: throw .noOverload("containsCIDR")
            }
        },
        "ip": { a, _ throws(EvaluationFailure) in .ip(try block(a, "ip").address) },
        "masked": { a, _ throws(EvaluationFailure) in .cidr(try block(a, "masked").masked) },
        "prefixLength": { a, _ throws(EvaluationFailure) in
            .int(Int64(try block(a, "prefixLength").prefixLength))
        },
    ]

    private static func address(_ text: String) throws(EvaluationFailure) -> IPAddress {
        guard let address = IPAddress(text) else { throw .invalidArgument("this text is no IP address") }
        return address
    }

    private static func block(_ text: String) throws(EvaluationFailure) -> AddressBlock {
        guard let block = AddressBlock(text) else { throw .invalidArgument("this text is no block of addresses") }
        return block
    }

    private static func address(_ a: [Value], _ name: String) throws(EvaluationFailure) -> IPAddress {
        guard case .ip(let address) = try one(a, name) else { throw .noOverload(name) }
        return address
    }

    private static func block(_ a: [Value], _ name: String) throws(EvaluationFailure) -> AddressBlock {
        guard case .cidr(let block) = try one(a, name) else { throw .noOverload(name) }
        return block
    }
}
