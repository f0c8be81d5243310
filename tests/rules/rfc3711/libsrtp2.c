/* The other implementation: closes or opens packets, one hexadecimal line each, with libsrtp2.
 * libsrtp2 SUITE protect|unprotect voice|reports KEY_AND_SALT; answers a line of hexadecimal or "-". */
#include <srtp2/srtp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int suite(const char *name, srtp_policy_t *p) {
    static const struct { const char *name; srtp_profile_t profile; } profiles[] = {
        {"AES_CM_128_HMAC_SHA1_80", srtp_profile_aes128_cm_sha1_80},
        {"AES_CM_128_HMAC_SHA1_32", srtp_profile_aes128_cm_sha1_32},
        {"AEAD_AES_128_GCM", srtp_profile_aead_aes_128_gcm},
        {"AEAD_AES_256_GCM", srtp_profile_aead_aes_256_gcm},
    };
    if (strcmp(name, "AES_256_CM_HMAC_SHA1_80") == 0 || strcmp(name, "AES_256_CM_HMAC_SHA1_32") == 0) {
        if (strstr(name, "80"))
            srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtp);
        else
            srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&p->rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&p->rtcp);
        return 0;
    }
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(name, profiles[i].name) == 0)
            return srtp_crypto_policy_set_from_profile_for_rtp(&p->rtp, profiles[i].profile) ||
                   srtp_crypto_policy_set_from_profile_for_rtcp(&p->rtcp, profiles[i].profile);
    return 1;
}

static int read_hex(const char *text, unsigned char *bytes, int room) {
    int count = 0;
    unsigned byte;
    for (; count < room && sscanf(text, "%2x", &byte) == 1; text += 2)
        bytes[count++] = (unsigned char)byte;
    return count;
}

int main(int argc, char **argv) {
    unsigned char key[64];
    char line[8192];
    srtp_policy_t policy;
    srtp_t session;
    if (argc != 5)
        return 64;
    int closes = strcmp(argv[2], "protect") == 0, voice = strcmp(argv[3], "voice") == 0;
    memset(&policy, 0, sizeof policy);
    read_hex(argv[4], key, sizeof key);
    if (srtp_init() || suite(argv[1], &policy))
        return 1;
    policy.ssrc.type = closes ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = key;
    policy.window_size = 128;
    if (srtp_create(&session, &policy))
        return 2;
    while (fgets(line, sizeof line, stdin)) {
        static unsigned char packet[4096];
        int length = read_hex(line, packet, 2048);
        srtp_err_status_t status = closes ? (voice ? srtp_protect(session, packet, &length) : srtp_protect_rtcp(session, packet, &length))
                                          : (voice ? srtp_unprotect(session, packet, &length) : srtp_unprotect_rtcp(session, packet, &length));
        for (int i = 0; status == srtp_err_status_ok && i < length; i++)
            printf("%02x", packet[i]);
        puts(status == srtp_err_status_ok ? "" : "-");
    }
    return 0;
}
