. /opt/service/clm-common/common.sh
convert drawio-converter
