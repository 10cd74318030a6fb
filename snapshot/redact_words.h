/*
 * The words of redaction by name, as tables. Each is sorted by the bytes of its first column, because it is searched by
 * halves; the tests check the order. Non-ASCII text stands in octal escapes of its UTF-8.
 */
#ifndef STROBE_REDACT_WORDS_H
#define STROBE_REDACT_WORDS_H

/* clang-format off */

/* Names of secrets: the words joined, the words for people, where in a name they count. A plural s is ignored. */
#define STROBE_REDACT_SECRETS(X) \
    X("2fa", "2 fa", ANYWHERE) X("aadhaar", "aadhaar", ANYWHERE) X("aadhar", "aadhar", ANYWHERE) \
    X("accesscode", "access code", ANYWHERE) X("accesskey", "access key", ANYWHERE) \
    X("accesstoken", "access token", ANYWHERE) X("accountkey", "account key", ANYWHERE) \
    X("accountno", "account no", ANYWHERE) X("accountnumber", "account number", ANYWHERE) \
    X("acctno", "acct no", ANYWHERE) X("acctnumber", "acct number", ANYWHERE) \
    X("activationkey", "activation key", ANYWHERE) X("address", "address", ANYWHERE) \
    X("adminkey", "admin key", ANYWHERE) X("aeskey", "aes key", ANYWHERE) \
    X("aiohttpsession", "aiohttp session", ANYWHERE) X("algoliakey", "algolia key", ANYWHERE) \
    X("amqpurl", "amqp url", ANYWHERE) X("anthropickey", "anthropic key", ANYWHERE) X("apikey", "api key", ANYWHERE) \
    X("apisignature", "api signature", ANYWHERE) X("apitoken", "api token", ANYWHERE) \
    X("appkey", "app key", ANYWHERE) X("applicationkey", "application key", ANYWHERE) X("auth", "auth", ANYWHERE) \
    X("authcode", "auth code", ANYWHERE) X("authkey", "auth key", ANYWHERE) \
    X("authorization", "authorization", ANYWHERE) X("authtoken", "auth token", ANYWHERE) \
    X("awskey", "aws key", ANYWHERE) X("azurekey", "azure key", ANYWHERE) X("backupcode", "backup code", ANYWHERE) \
    X("bankaccount", "bank account", ANYWHERE) X("bearer", "bearer", ANYWHERE) \
    X("bearertoken", "bearer token", ANYWHERE) X("biometric", "biometric", ANYWHERE) X("birth", "birth", ANYWHERE) \
    X("birthdate", "birth date", ANYWHERE) X("birthday", "birthday", ANYWHERE) X("botkey", "bot key", ANYWHERE) \
    X("bottoken", "bot token", ANYWHERE) X("braintreekey", "braintree key", ANYWHERE) \
    X("brokerurl", "broker url", ANYWHERE) X("cakey", "ca key", ANYWHERE) \
    X("callbackurlsecret", "callback url secret", ANYWHERE) X("captchakey", "captcha key", ANYWHERE) \
    X("cardcode", "card code", ANYWHERE) X("cardcvc", "card cvc", ANYWHERE) X("cardcvv", "card cvv", ANYWHERE) \
    X("cardno", "card no", ANYWHERE) X("cardnum", "card num", ANYWHERE) X("cardnumber", "card number", ANYWHERE) \
    X("cardpan", "card pan", ANYWHERE) X("cardpin", "card pin", ANYWHERE) \
    X("cardsecurity", "card security", ANYWHERE) X("cardverification", "card verification", ANYWHERE) \
    X("ccno", "cc no", ANYWHERE) X("ccnum", "cc num", ANYWHERE) X("ccnumber", "cc number", ANYWHERE) \
    X("cellnumber", "cell number", ANYWHERE) X("cellphone", "cell phone", ANYWHERE) \
    X("certificate", "certificate", LAST) X("certificatekey", "certificate key", ANYWHERE) \
    X("certificatepin", "certificate pin", ANYWHERE) X("certkey", "cert key", ANYWHERE) \
    X("cipher", "cipher", ANYWHERE) X("cipherkey", "cipher key", ANYWHERE) X("clientid", "client id", ANYWHERE) \
    X("clientip", "client ip", ANYWHERE) X("clientkey", "client key", ANYWHERE) X("cnpj", "cnpj", ANYWHERE) \
    X("confirmationcode", "confirmation code", ANYWHERE) X("connectionstr", "connection str", ANYWHERE) \
    X("connectionstring", "connection string", ANYWHERE) X("connectsid", "connect sid", ANYWHERE) \
    X("connstr", "conn str", ANYWHERE) X("connstring", "conn string", ANYWHERE) \
    X("consumerkey", "consumer key", ANYWHERE) X("contrasena", "contrasena", ANYWHERE) \
    X("contrase\303\261a", "contrase\303\261a", ANYWHERE) X("cookie", "cookie", ANYWHERE) X("cpf", "cpf", ANYWHERE) \
    X("cred", "cred", ANYWHERE) X("credential", "credential", ANYWHERE) X("creditcard", "credit card", ANYWHERE) \
    X("creds", "creds", ANYWHERE) X("crypt", "crypt", ANYWHERE) X("cryptokey", "crypto key", ANYWHERE) \
    X("csc", "csc", ANYWHERE) X("csrf", "csrf", ANYWHERE) X("csrftoken", "csrf token", ANYWHERE) \
    X("cvc", "cvc", ANYWHERE) X("cvv", "cvv", ANYWHERE) X("databasekey", "database key", ANYWHERE) \
    X("databasepass", "database pass", ANYWHERE) X("databaseuri", "database uri", ANYWHERE) \
    X("databaseurl", "database url", ANYWHERE) X("datadogkey", "datadog key", ANYWHERE) \
    X("dateofbirth", "date of birth", ANYWHERE) X("dbkey", "db key", ANYWHERE) X("dbpass", "db pass", ANYWHERE) \
    X("dburi", "db uri", ANYWHERE) X("dburl", "db url", ANYWHERE) X("debitcard", "debit card", ANYWHERE) \
    X("decryptionkey", "decryption key", ANYWHERE) X("decryptkey", "decrypt key", ANYWHERE) \
    X("deploykey", "deploy key", ANYWHERE) X("deploytoken", "deploy token", ANYWHERE) \
    X("deskey", "des key", ANYWHERE) X("dlnumber", "dl number", ANYWHERE) X("dob", "dob", ANYWHERE) \
    X("driverlicence", "driver licence", ANYWHERE) X("driverlicense", "driver license", ANYWHERE) \
    X("driverslicence", "drivers licence", ANYWHERE) X("driverslicense", "drivers license", ANYWHERE) \
    X("drivinglicence", "driving licence", ANYWHERE) X("drivinglicense", "driving license", ANYWHERE) \
    X("dsakey", "dsa key", ANYWHERE) X("dsn", "dsn", ANYWHERE) X("ecdsakey", "ecdsa key", ANYWHERE) \
    X("ed25519key", "ed 25519 key", ANYWHERE) X("email", "email", ANYWHERE) \
    X("encryptionkey", "encryption key", ANYWHERE) X("encryptkey", "encrypt key", ANYWHERE) \
    X("faxnumber", "fax number", ANYWHERE) X("fernet", "fernet", ANYWHERE) X("fernetkey", "fernet key", ANYWHERE) \
    X("fingerprint", "fingerprint", ANYWHERE) X("firebasekey", "firebase key", ANYWHERE) \
    X("forwardedfor", "forwarded for", ANYWHERE) X("gcpkey", "gcp key", ANYWHERE) \
    X("geolocation", "geolocation", ANYWHERE) X("githubkey", "github key", ANYWHERE) \
    X("gitlabkey", "gitlab key", ANYWHERE) X("googlekey", "google key", ANYWHERE) X("gpgkey", "gpg key", ANYWHERE) \
    X("hmac", "hmac", ANYWHERE) X("hmackey", "hmac key", ANYWHERE) X("homeaddr", "home addr", ANYWHERE) \
    X("hostkey", "host key", ANYWHERE) X("hotp", "hotp", ANYWHERE) X("htpasswd", "htpasswd", ANYWHERE) \
    X("iban", "iban", ANYWHERE) X("iccid", "iccid", ANYWHERE) X("idtoken", "id token", ANYWHERE) \
    X("imei", "imei", ANYWHERE) X("imsi", "imsi", ANYWHERE) X("ingestionkey", "ingestion key", ANYWHERE) \
    X("ingestkey", "ingest key", ANYWHERE) X("insurancenumber", "insurance number", ANYWHERE) \
    X("integrationkey", "integration key", ANYWHERE) X("ipaddr", "ip addr", ANYWHERE) \
    X("ipaddress", "ip address", ANYWHERE) X("jsessionid", "jsessionid", ANYWHERE) X("jti", "jti", ANYWHERE) \
    X("jwe", "jwe", ANYWHERE) X("jws", "jws", ANYWHERE) X("jwt", "jwt", ANYWHERE) X("jwtkey", "jwt key", ANYWHERE) \
    X("kennwort", "kennwort", ANYWHERE) X("keymaterial", "key material", ANYWHERE) \
    X("keypass", "key pass", ANYWHERE) X("keypem", "key pem", ANYWHERE) \
    X("keystorepass", "key store pass", ANYWHERE) X("keytab", "keytab", ANYWHERE) X("kms", "kms", ANYWHERE) \
    X("kmskey", "kms key", ANYWHERE) X("latlng", "lat lng", WHOLE) X("licencekey", "licence key", ANYWHERE) \
    X("licencenumber", "licence number", ANYWHERE) X("licensekey", "license key", ANYWHERE) \
    X("licensenumber", "license number", ANYWHERE) X("licenseplate", "license plate", ANYWHERE) \
    X("macaroon", "macaroon", ANYWHERE) X("maidenname", "maiden name", ANYWHERE) \
    X("mailaddress", "mail address", ANYWHERE) X("mailchimpkey", "mailchimp key", ANYWHERE) \
    X("mailgunkey", "mailgun key", ANYWHERE) X("masterkey", "master key", ANYWHERE) \
    X("medicalrecord", "medical record", ANYWHERE) X("merchantkey", "merchant key", ANYWHERE) \
    X("mfacode", "mfa code", ANYWHERE) X("mfasecret", "mfa secret", ANYWHERE) X("mnemonic", "mnemonic", ANYWHERE) \
    X("mobilenumber", "mobile number", ANYWHERE) X("mongodburi", "mongodb uri", ANYWHERE) \
    X("mongodburl", "mongodb url", ANYWHERE) X("mongouri", "mongo uri", ANYWHERE) \
    X("mongourl", "mongo url", ANYWHERE) X("motdepasse", "mot de passe", ANYWHERE) X("mrn", "mrn", ANYWHERE) \
    X("msisdn", "msisdn", ANYWHERE) X("mysqlpwd", "mysql pwd", ANYWHERE) X("mysqlurl", "mysql url", ANYWHERE) \
    X("nationalid", "national id", ANYWHERE) X("nationalinsurance", "national insurance", ANYWHERE) \
    X("nationalnumber", "national number", ANYWHERE) X("netrc", "netrc", ANYWHERE) X("nino", "nino", ANYWHERE) \
    X("nonce", "nonce", ANYWHERE) X("oauth", "oauth", ANYWHERE) X("onetimecode", "one time code", ANYWHERE) \
    X("onetimepassword", "one time password", ANYWHERE) X("openaikey", "openai key", ANYWHERE) \
    X("otp", "otp", ANYWHERE) X("pan", "pan", LAST) X("pass", "pass", LAST) X("passcode", "passcode", ANYWHERE) \
    X("passhash", "pass hash", ANYWHERE) X("passphrase", "passphrase", ANYWHERE) X("passport", "passport", ANYWHERE) \
    X("passsalt", "pass salt", ANYWHERE) X("passwd", "passwd", ANYWHERE) X("password", "password", ANYWHERE) \
    X("passwort", "passwort", ANYWHERE) X("patientid", "patient id", ANYWHERE) \
    X("paymentcard", "payment card", ANYWHERE) X("paypalkey", "paypal key", ANYWHERE) \
    X("pemfile", "pem file", ANYWHERE) X("pemkey", "pem key", ANYWHERE) X("pfx", "pfx", ANYWHERE) \
    X("pgpkey", "pgp key", ANYWHERE) X("phone", "phone", ANYWHERE) X("phonenumber", "phone number", ANYWHERE) \
    X("phpsessid", "phpsessid", ANYWHERE) X("pin", "pin", LAST) X("pincode", "pin code", ANYWHERE) \
    X("pinnumber", "pin number", ANYWHERE) X("pkcs12", "pkcs 12", ANYWHERE) X("pkcs8", "pkcs 8", ANYWHERE) \
    X("postgresuri", "postgres uri", ANYWHERE) X("postgresurl", "postgres url", ANYWHERE) \
    X("preshared", "pre shared", ANYWHERE) X("principal", "principal", LAST) \
    X("privatekey", "private key", ANYWHERE) X("privatepem", "private pem", ANYWHERE) \
    X("privkey", "priv key", ANYWHERE) X("psk", "psk", ANYWHERE) X("publickey", "public key", ANYWHERE) \
    X("publishablekey", "publishable key", ANYWHERE) X("pw", "pw", ANYWHERE) X("pwd", "pwd", ANYWHERE) \
    X("pwhash", "pw hash", ANYWHERE) X("rabbitmqurl", "rabbitmq url", ANYWHERE) X("realip", "real ip", ANYWHERE) \
    X("recaptchakey", "recaptcha key", ANYWHERE) X("recoverycode", "recovery code", ANYWHERE) \
    X("recoveryphrase", "recovery phrase", ANYWHERE) X("redisuri", "redis uri", ANYWHERE) \
    X("redisurl", "redis url", ANYWHERE) X("refreshtoken", "refresh token", ANYWHERE) \
    X("registrationkey", "registration key", ANYWHERE) X("remoteaddr", "remote addr", ANYWHERE) \
    X("remoteaddress", "remote address", ANYWHERE) X("remoteip", "remote ip", ANYWHERE) \
    X("repotoken", "repo token", ANYWHERE) X("resetcode", "reset code", ANYWHERE) \
    X("restrictedkey", "restricted key", ANYWHERE) X("rootkey", "root key", ANYWHERE) \
    X("routingnumber", "routing number", ANYWHERE) X("rsakey", "rsa key", ANYWHERE) X("salt", "salt", ANYWHERE) \
    X("samlassertion", "saml assertion", ANYWHERE) X("samlresponse", "saml response", ANYWHERE) \
    X("sas", "sas", ANYWHERE) X("secret", "secret", ANYWHERE) X("secretkey", "secret key", ANYWHERE) \
    X("securityanswer", "security answer", ANYWHERE) X("securitycode", "security code", ANYWHERE) \
    X("securitykey", "security key", ANYWHERE) X("securitynumber", "security number", ANYWHERE) \
    X("securityquestion", "security question", ANYWHERE) X("securitytoken", "security token", ANYWHERE) \
    X("seedphrase", "seed phrase", ANYWHERE) X("sendgridkey", "sendgrid key", ANYWHERE) \
    X("senha", "senha", ANYWHERE) X("sentrykey", "sentry key", ANYWHERE) X("serverkey", "server key", ANYWHERE) \
    X("serviceaccount", "service account", ANYWHERE) X("servicekey", "service key", ANYWHERE) \
    X("sessid", "sess id", ANYWHERE) X("session", "session", LAST) X("sessioncookie", "session cookie", ANYWHERE) \
    X("sessiondata", "session data", ANYWHERE) X("sessionid", "session id", ANYWHERE) \
    X("sessionkey", "session key", ANYWHERE) X("sessiontoken", "session token", ANYWHERE) \
    X("sharedkey", "shared key", ANYWHERE) X("sid", "sid", LAST) X("signature", "signature", ANYWHERE) \
    X("signaturekey", "signature key", ANYWHERE) X("signingkey", "signing key", ANYWHERE) \
    X("signkey", "sign key", ANYWHERE) X("slackkey", "slack key", ANYWHERE) X("smtppass", "smtp pass", ANYWHERE) \
    X("socialinsurance", "social insurance", ANYWHERE) X("socialsecurity", "social security", ANYWHERE) \
    X("sortcode", "sort code", ANYWHERE) X("sqlalchemyurl", "sqlalchemy url", ANYWHERE) \
    X("sshidentity", "ssh identity", LAST) X("sshkey", "ssh key", ANYWHERE) X("sslkey", "ssl key", ANYWHERE) \
    X("ssn", "ssn", ANYWHERE) X("streetaddr", "street addr", ANYWHERE) X("stripekey", "stripe key", ANYWHERE) \
    X("subscriptionkey", "subscription key", ANYWHERE) X("sudopass", "sudo pass", ANYWHERE) \
    X("symfony", "symfony", WHOLE) X("symmetrickey", "symmetric key", ANYWHERE) X("taxid", "tax id", ANYWHERE) \
    X("taxnumber", "tax number", ANYWHERE) X("taxpayerid", "taxpayer id", ANYWHERE) \
    X("telephone", "telephone", ANYWHERE) X("ticketgrantingticket", "ticket granting ticket", LAST) \
    X("tinnumber", "tin number", ANYWHERE) X("tlskey", "tls key", ANYWHERE) X("token", "token", ANYWHERE) \
    X("totp", "totp", ANYWHERE) X("transactionid", "transaction id", ANYWHERE) \
    X("twiliokey", "twilio key", ANYWHERE) X("twofactor", "two factor", ANYWHERE) \
    X("unlockcode", "unlock code", ANYWHERE) X("userip", "user ip", ANYWHERE) X("userpass", "user pass", ANYWHERE) \
    X("usersession", "user session", ANYWHERE) X("vatid", "vat id", ANYWHERE) X("vaultkey", "vault key", ANYWHERE) \
    X("verificationcode", "verification code", ANYWHERE) X("voterid", "voter id", ANYWHERE) \
    X("wachtwoord", "wachtwoord", ANYWHERE) X("walletkey", "wallet key", ANYWHERE) \
    X("walletseed", "wallet seed", ANYWHERE) X("webhookkey", "webhook key", ANYWHERE) \
    X("webhookurl", "webhook url", ANYWHERE) X("writekey", "write key", ANYWHERE) \
    X("xforwardedfor", "x forwarded for", ANYWHERE) X("xrealip", "x real ip", ANYWHERE) X("xsrf", "xsrf", ANYWHERE) \
    X("xsrftoken", "xsrf token", ANYWHERE) \
    X("\320\277\320\260\321\200\320\276\320\273\321\214", "\320\277\320\260\321\200\320\276\320\273\321\214", ANYWHERE) \
    X("\343\203\221\343\202\271\343\203\257\343\203\274\343\203\211", "\343\203\221\343\202\271\343\203\257\343\203\274\343\203\211", ANYWHERE) \
    X("\345\257\206\347\240\201", "\345\257\206\347\240\201", ANYWHERE) \
    X("\345\257\206\347\242\274", "\345\257\206\347\242\274", ANYWHERE)

/* Not secrets, although a part of them is in the table above. */
#define STROBE_REDACT_FALSE_FRIENDS(X) \
    X("accesscodepath") X("accountnumberformat") X("addressbits") X("addressbookcount") X("addressbus") \
    X("addressfamily") X("addressinfo") X("addresslength") X("addressline") X("addressmode") X("addressoffset") \
    X("addressrange") X("addressspace") X("addresstype") X("addresswidth") X("allpass") X("analysispass") X("ascsc") \
    X("asyncsession") X("audiopan") X("authdecorator") X("authendpoint") X("authfailed") X("authflow") \
    X("authgroup") X("authlevel") X("authlog") X("authpermission") X("authrequired") X("authrouter") X("authtime") \
    X("authuri") X("authurl") X("authusermodel") X("averagetoken") X("avgtoken") X("backwardpass") X("bandpass") \
    X("baseaddress") X("billedtoken") X("bindaddress") X("birthcertificatecount") X("birthplacecount") \
    X("birthrate") X("boardingpass") X("bostoken") X("botosession") X("busaddress") X("buspass") X("bypass") \
    X("cachedtoken") X("cakeyid") X("callsignature") X("camerapan") X("canpass") X("cipherlist") X("ciphermode") \
    X("ciphername") X("ciphersuite") X("ciphertextblock") X("classsignature") X("clockpin") X("clstoken") \
    X("colorpass") X("compilerpass") X("completiontoken") X("confirmationcodepath") X("contexttoken") \
    X("cookiebanner") X("cookieconsent") X("cookiejarclass") X("cookiepolicy") X("cookiesecure") X("credentialtype") \
    X("cscarray") X("cscformat") X("cscmatrix") X("currentpass") X("cwdpwd") X("databasesession") X("datapin") \
    X("dbsession") X("debugsession") X("depthpass") X("deskeyframe") X("desktopsession") X("didpass") X("drawpass") \
    X("dsnname") X("eachpass") X("emailbackend") X("emailbatch") X("emailcount") X("emailenabled") X("emailhost") \
    X("emaillistid") X("emailopt") X("emailport") X("emailqueue") X("emailsent") X("emailsubject") \
    X("emailtemplate") X("emailusessl") X("emailusetls") X("emailverified") X("endaddress") X("eostoken") \
    X("expectedtoken") X("fingerprintmethod") X("firstpass") X("forwardpass") X("fromsignature") X("fryingpan") \
    X("fullpass") X("functionsignature") X("generatedtoken") X("gpiopin") X("highpass") X("hostkeyalias") \
    X("hostkeycheck") X("hostkeychecking") X("httpsessionclass") X("i2caddress") X("inputpin") X("inputtoken") \
    X("iphone") X("iscsc") X("ispan") X("keysignature") X("lastpass") X("ledpin") X("leftpan") X("lintpass") \
    X("listenaddress") X("loadaddress") X("lookaheadtoken") X("lowpass") X("mailaddressbook") X("mappin") \
    X("masktoken") X("maxpass") X("maxtoken") X("memoryaddress") X("methodsignature") X("mintoken") X("multipass") \
    X("mustpass") X("newtokencount") X("nextpass") X("ngramtoken") X("nistsp") X("noncespace") X("nopass") \
    X("npass") X("ntoken") X("numpass") X("numtoken") X("onepass") X("optimizationpass") X("ormsession") \
    X("outputpin") X("outputtoken") X("overloadsignature") X("padtoken") X("panzoom") X("passes") X("perpass") \
    X("phonehome") X("phonemodel") X("phonetype") X("physicalmemoryaddress") X("pincount") X("previouspass") \
    X("prevpass") X("processsession") X("profilingsession") X("prompttoken") X("publickeyinfrastructure") \
    X("pwddir") X("reasoningtoken") X("registeraddress") X("remainingtoken") X("renderpass") X("requestsession") \
    X("requestssession") X("resetpin") X("returnaddress") X("rxpin") X("saltlake") X("saltmaster") X("saltminion") \
    X("saltwater") X("sasdataset") X("sasprogram") X("scopedsession") X("seasalt") X("seasonpass") X("secondpass") \
    X("secretarn") X("secretname") X("secretsanta") X("septoken") X("serveraddress") X("serviceaccountname") \
    X("sessionsession") X("shadowpass") X("shoppingsession") X("shouldpass") X("sidcount") X("signaturebind") \
    X("signatureblock") X("signatureline") X("signatureparam") X("signatureparameter") X("singlepass") X("skipass") \
    X("sortcodeorder") X("sortcodepath") X("sourcecode") X("sparksession") X("sparsecsc") X("specialtoken") \
    X("sqlsession") X("startaddress") X("startpan") X("statuscode") X("stereopan") X("stoptoken") \
    X("stricthostkeychecking") X("subpass") X("subtoken") X("testpass") X("textsignature") X("texttoken") \
    X("tfsession") X("thirdpass") X("thispass") X("timesignature") X("tmuxsession") X("tocsc") X("tokenbucket") \
    X("tokenbudget") X("tokencost") X("tokencount") X("tokenembedding") X("tokenend") X("tokenendpoint") \
    X("tokenids") X("tokenindex") X("tokeninfo") X("tokenkind") X("tokenleft") X("tokenlevel") X("tokenlimit") \
    X("tokenlist") X("tokenpattern") X("tokenper") X("tokenpos") X("tokenprice") X("tokenrate") X("tokenregex") \
    X("tokenremaining") X("tokenring") X("tokensbucket") X("tokensbudget") X("tokenscost") X("tokenscount") \
    X("tokensembedding") X("tokensend") X("tokensendpoint") X("tokensequence") X("tokensids") X("tokensin") \
    X("tokensindex") X("tokensinfo") X("tokenskind") X("tokensleft") X("tokenslevel") X("tokenslimit") \
    X("tokenslist") X("tokensout") X("tokenspattern") X("tokensper") X("tokenspos") X("tokensprice") X("tokensrate") \
    X("tokensregex") X("tokensremaining") X("tokensring") X("tokenssequence") X("tokensstart") X("tokensstream") \
    X("tokensstring") X("tokenstart") X("tokenstream") X("tokenstring") X("tokensuri") X("tokensurl") \
    X("tokensusage") X("tokensused") X("tokensvalueerror") X("tokenuri") X("tokenurl") X("tokenusage") \
    X("tokenused") X("tokenvalueerror") X("topass") X("totaltoken") X("trainingsession") X("twopass") X("txpin") \
    X("typesignature") X("unexpectedtoken") X("unktoken") X("usedtoken") X("virtualaddress") X("wordtoken") \
    X("wrappedsignature") X("writekeyerror") X("xfailpass") X("xsession") X("zoompan")

/* A name that ends in one of these tells something about a secret: password_length, token_expiry. */
#define STROBE_REDACT_ABOUT(X) \
    X("adapter") X("age") X("algo") X("algorithm") X("algorithms") X("at") X("attempts") X("backend") X("backends") \
    X("changed") X("checker") X("class") X("classes") X("column") X("columns") X("cost") X("count") X("counts") \
    X("created") X("date") X("decorator") X("delay") X("dir") X("disabled") X("domain") X("duration") X("enabled") \
    X("error") X("errors") X("exception") X("exceptions") X("expiration") X("expired") X("expires") X("expiry") \
    X("factory") X("failed") X("failure") X("failures") X("family") X("field") X("fields") X("form") X("format") \
    X("func") X("function") X("functions") X("generator") X("handler") X("handlers") X("hasher") X("help") \
    X("hidden") X("host") X("httponly") X("idx") X("index") X("interval") X("invalid") X("label") X("len") \
    X("length") X("lifetime") X("limit") X("limits") X("manager") X("max") X("maximum") X("method") X("methods") \
    X("middleware") X("min") X("minimum") X("missing") X("mixin") X("mode") X("model") X("module") X("name") \
    X("names") X("needed") X("offset") X("ok") X("on") X("optional") X("parser") X("path") X("permission") \
    X("permissions") X("placeholder") X("policies") X("policy") X("port") X("position") X("prefix") X("provider") \
    X("providers") X("regex") X("required") X("retries") X("rotation") X("rotations") X("samesite") X("schema") \
    X("scheme") X("schemes") X("scope") X("scopes") X("secure") X("serializer") X("size") X("status") X("strength") \
    X("success") X("suffix") X("supported") X("template") X("templates") X("time") X("timeout") X("timestamp") \
    X("tries") X("ttl") X("type") X("types") X("updated") X("usage") X("valid") X("validation") X("validator") \
    X("validators") X("verified") X("version") X("versions") X("view") X("views") X("visible")

/* A name that begins with one of these is a switch or a number: has_password, max_tokens. */
#define STROBE_REDACT_ASKING(X) \
    X("allow") X("allowed") X("allows") X("disable") X("disabled") X("enable") X("enabled") X("has") X("hide") \
    X("ignore") X("is") X("max") X("min") X("n") X("need") X("needs") X("num") X("require") X("required") \
    X("requires") X("should") X("show") X("skip") X("supports") X("use") X("uses") X("using") X("validate") \
    X("with") X("without")

/* Words run together, as in mysqlpassword; searched in this order. */
#define STROBE_REDACT_COMPOUNDS(X) \
    X("passw", STARTS) X("password", CONTAINS) X("passwd", CONTAINS) X("passphrase", CONTAINS) \
    X("credential", CONTAINS) X("apikey", CONTAINS) X("privatekey", CONTAINS) X("secretkey", CONTAINS) \
    X("accesskey", CONTAINS) X("authorization", CONTAINS) X("creditcard", CONTAINS) X("cardnumber", CONTAINS) \
    X("encryptionkey", CONTAINS) X("accesstoken", CONTAINS) X("authtoken", CONTAINS) X("secret", ENDS) \
    X("token", ENDS) X("pwd", ENDS) X("cookie", ENDS) X("sessionid", ENDS) X("sessid", ENDS) X("pass", ENDS) \
    X("email", ENDS)

/* Words that end like one of those and are no secrets. */
#define STROBE_REDACT_COMPOUND_FALSE_FRIENDS(X) \
    X("allpass") X("bandpass") X("bypass") X("compass") X("encompass") X("highpass") X("lowpass") X("multipass") \
    X("overpass") X("subpass") X("surpass") X("trespass") X("underpass")

/* clang-format on */

#endif
